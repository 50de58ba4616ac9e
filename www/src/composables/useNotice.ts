// The one short line that says what just happened.
import { readonly, shallowRef } from 'vue'

export const NOTICE_MS = 6_000

const notice = shallowRef<string | null>(null)
let timer: ReturnType<typeof setTimeout> | undefined

function say(text: string): void {
  clearTimeout(timer)
  notice.value = text
  timer = setTimeout(dismiss, NOTICE_MS)
}

function dismiss(): void {
  clearTimeout(timer)
  notice.value = null
}

export function useNotice() {
  return { notice: readonly(notice), say, dismiss }
}
