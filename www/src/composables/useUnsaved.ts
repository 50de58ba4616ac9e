// What somebody is writing, kept in this tab until it is saved: an ended session or a reload costs nobody a text.
import { useEventListener } from '@vueuse/core'
import { computed, shallowRef, watch } from 'vue'

export interface Writing {
  readonly title: string
  readonly content: string
  readonly tags: readonly string[]
}

const PREFIX = 'unsaved:'
export const nothingWritten: Writing = { title: '', content: '', tags: [] }

export function useUnsaved(name: string | number, saved: Writing = nothingWritten) {
  const key = `${PREFIX}${name}`
  const kept = recall(key)
  const base = shallowRef(saved)
  const writing = shallowRef(kept ?? saved)
  const restored = shallowRef(kept !== null && !same(kept, saved))
  const dirty = computed(() => !same(writing.value, base.value))

  watch([writing, base], () => {
    if (dirty.value) keep(key, writing.value)
    else forget(key)
  }, { flush: 'sync' }) // so that what was saved is forgotten even if this form goes away at once
  useEventListener(window, 'beforeunload', (event) => {
    if (dirty.value) event.preventDefault()
  })

  // What counts as saved from now on. Takes it over as the writing, too, unless there is something to lose.
  function rebase(next: Writing): void {
    if (!dirty.value) writing.value = next
    base.value = next
  }

  function discard(): void {
    writing.value = base.value
    restored.value = false
  }

  return { writing, restored, dirty, rebase, discard }
}

export function forgetUnsaved(): void {
  storage((session) => {
    Object.keys(session).filter((key) => key.startsWith(PREFIX)).forEach((key) => { session.removeItem(key) })
  })
}

const same = (a: Writing, b: Writing) =>
  a.title === b.title && a.content === b.content && JSON.stringify(a.tags) === JSON.stringify(b.tags)

function recall(key: string): Writing | null {
  const text = storage((session) => session.getItem(key))
  if (text == null) return null
  try {
    const found: unknown = JSON.parse(text)
    return isWriting(found) ? found : null
  } catch {
    return null
  }
}

function isWriting(value: unknown): value is Writing {
  if (typeof value !== 'object' || value === null) return false
  const { title, content, tags } = value as Partial<Record<keyof Writing, unknown>>
  return isText(title) && isText(content) && Array.isArray(tags) && tags.every(isText)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function keep(key: string, writing: Writing): void {
  const { title, content, tags } = writing
  storage((session) => { session.setItem(key, JSON.stringify({ title, content, tags })) })
}

function forget(key: string): void {
  storage((session) => { session.removeItem(key) })
}

// Storage may be forbidden or full; then there is just no second copy.
function storage<R>(use: (session: Storage) => R): R | undefined {
  try {
    return use(sessionStorage)
  } catch {
    return undefined
  }
}
