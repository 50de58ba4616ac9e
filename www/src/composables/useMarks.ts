// Which entries a reader should notice right now. Each mark goes away by itself.
import { onScopeDispose, shallowRef } from 'vue'
import type { Difference } from '../api/frame'

export const MARK_MS = 4_000

export type Marks = ReadonlyMap<string, Difference>

export function useMarks() {
  const marks = shallowRef<Marks>(new Map())
  const timers = new Map<string, ReturnType<typeof setTimeout>>()

  function add(found: Marks): void {
    if (!found.size) return
    marks.value = new Map([...marks.value, ...found])
    for (const key of found.keys()) {
      clearTimeout(timers.get(key))
      timers.set(key, setTimeout(() => { remove(key) }, MARK_MS))
    }
  }

  function remove(key: string): void {
    timers.delete(key)
    marks.value = new Map([...marks.value].filter(([marked]) => marked !== key))
  }

  onScopeDispose(() => { timers.forEach(clearTimeout) })
  return { marks, add }
}
