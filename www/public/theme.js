// Applies the theme that was chosen on an earlier visit; see src/composables/useTheme.ts.
try {
  const theme = localStorage.getItem('theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage is forbidden: the system's preference it is.
}
