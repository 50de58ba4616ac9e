import { describe, expect, it } from 'vitest'
import { agoOf, clockOf } from './time'

const now = new Date('2026-11-22T12:00:00')
const before = (seconds: number) => new Date(now.getTime() - seconds * 1_000)

describe('agoOf', () => {
  it.each([
    [-30, 'just now'], // a server's clock that is ahead
    [59, 'just now'],
    [60, '1 minute ago'],
    [3_599, '59 minutes ago'],
    [3_600, '1 hour ago'],
    [86_400, 'yesterday'],
    [6 * 86_400, '6 days ago'],
    [7 * 86_400, 'November 15, 2026'],
  ])('%i s: %s', (seconds, text) => {
    expect(agoOf(before(seconds), now)).toBe(text)
  })
})

describe('clockOf', () => {
  it('names the day only where it is another', () => {
    expect(clockOf(before(61), now)).toBe('11:58:59')
    expect(clockOf(before(86_400), now)).toContain('November 21, 2026')
  })
})
