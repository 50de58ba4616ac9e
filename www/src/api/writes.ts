// The token of this page's newest write: reads that begin after it ask not to be answered with less.
// One is enough. The page writes one thing after another, so the newest token implies those before it.
let newest: string | undefined

export function newestWrite(): string | undefined {
  return newest
}

export function recordWrite(token: string): void {
  newest = token
}
