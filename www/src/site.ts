export const site = {
  name: 'Edgewise',
  claim: 'A blog that keeps itself up to date.',
} as const

export const titleOf = (page?: string): string => page ? `${page} · ${site.name}` : site.name
