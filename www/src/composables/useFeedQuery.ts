// The feed's filters and length, as the address bar holds them: the back button and a shared link bring them along.
import { computed } from 'vue'
import { type LocationQueryValue, useRoute, useRouter } from 'vue-router'

export const PAGE = 25
export const MOST = 1_000 // max_limit of the resource

export function useFeedQuery() {
  const route = useRoute()
  const router = useRouter()

  const tags = computed(() => [...new Set([route.query.tags ?? []].flat().filter((tag) => tag !== null))])
  const authorId = computed(() => wholeNumber(route.query.author_id))
  const limit = computed(() => Math.min(Math.max(wholeNumber(route.query.limit) ?? PAGE, 1), MOST))

  function more(): void {
    void router.replace({ query: { ...route.query, limit: Math.min(limit.value + PAGE, MOST) } })
  }

  return { tags, authorId, limit, more }
}

function wholeNumber(value: LocationQueryValue | LocationQueryValue[] | undefined): number | undefined {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined
}
