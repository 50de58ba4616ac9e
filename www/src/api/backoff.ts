// How long to wait before the next attempt: doubling from half a second, the upper half of it random, so that the
// readers of a restarted node do not all come back at once.
const FIRST_MS = 500

export const VISIBLE_CEILING_MS = 5_000
export const HIDDEN_CEILING_MS = 60_000

export function backoff(failures: number, ceiling: number, random: number): number {
  const full = Math.min(ceiling, FIRST_MS * 2 ** failures)
  return full / 2 + random * full / 2
}
