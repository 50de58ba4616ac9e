// One thing that a person asks of the service: under way, failed, or done. Never two at once.
import { shallowRef } from 'vue'
import { type ApiError, asApiError } from '../api/errors'
import { useSession } from './useSession'

export function useSubmit<A extends unknown[]>(action: (...given: A) => Promise<void>) {
  const { signedIn, doubt } = useSession()
  const busy = shallowRef(false)
  const problem = shallowRef<ApiError | null>(null)

  async function submit(...given: A): Promise<void> {
    if (busy.value) return
    busy.value = true
    problem.value = null
    try {
      await action(...given)
    } catch (caught) {
      problem.value = asApiError(caught)
      if (problem.value.status === 401 && signedIn.value) void doubt()
    } finally {
      busy.value = false
    }
  }

  return { busy, problem, submit }
}
