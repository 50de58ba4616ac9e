// The system's theme, or the one chosen here. public/theme.js applies the choice before the first paint.
import { useLocalStorage } from '@vueuse/core'
import { watchEffect } from 'vue'

export const themes = ['auto', 'light', 'dark'] as const
export type Theme = typeof themes[number]

const theme = useLocalStorage<Theme>('theme', 'auto', { writeDefaults: false })

watchEffect(() => {
  if (theme.value === 'light' || theme.value === 'dark') document.documentElement.dataset.theme = theme.value
  else delete document.documentElement.dataset.theme
})

export function useTheme() {
  function next(): void {
    theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? 'auto'
  }
  return { theme, next }
}
