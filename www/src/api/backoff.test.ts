import { describe, expect, it } from 'vitest'
import { backoff, VISIBLE_CEILING_MS } from './backoff'

describe('backoff', () => {
  it('doubles up to its ceiling, and stays there', () => {
    const longest = [0, 1, 2, 3, 4, 5, 60, 2_000].map((failures) => backoff(failures, VISIBLE_CEILING_MS, 1))
    expect(longest).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000, 5_000])
  })

  it('leaves half of the wait to chance', () => {
    expect(backoff(2, VISIBLE_CEILING_MS, 0)).toBe(1_000)
    expect(backoff(2, VISIBLE_CEILING_MS, 0.5)).toBe(1_500)
  })
})
