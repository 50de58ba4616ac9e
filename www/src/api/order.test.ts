import { describe, expect, it } from 'vitest'
import { entryOf } from '../test/post'
import { compareTimestamps, newestPublishedFirst, newestUpdatedFirst } from './order'

describe('compareTimestamps', () => {
  it.each([
    ['2026-11-22T07:00:00+00:00', '2026-11-22T07:00:01+00:00'],
    ['2026-11-22T07:00:00+00:00', '2026-11-22T07:00:00.000001+00:00'],
    ['2026-11-22T07:00:00.12+00:00', '2026-11-22T07:00:00.123+00:00'],
    ['2026-11-22T07:00:00.099999+00:00', '2026-11-22T07:00:00.1+00:00'],
    ['2026-11-22T07:00:00.123456+00:00', '2026-11-22T07:00:00.123457+00:00'], // the same to a Date
    ['2026-11-22T07:00:00.9+00:00', '2026-11-22T07:00:01+00:00'],
    ['9999-12-31T23:59:59.999999+00:00', '10000-01-01T00:00:00+00:00'],
  ])('%s is before %s', (earlier, later) => {
    expect(compareTimestamps(earlier, later)).toBeLessThan(0)
    expect(compareTimestamps(later, earlier)).toBeGreaterThan(0)
  })

  it('knows the same moment when it sees it', () => {
    expect(compareTimestamps('2026-11-22T07:00:00.5+00:00', '2026-11-22T07:00:00.500000+00:00')).toBe(0)
  })
})

describe('the orders of the resources', () => {
  it('posts: newest published first, the greater id first where that is equal, nulls last', () => {
    const at = '2026-11-22T07:00:00.5+00:00'
    const entries = [
      entryOf({ id: 1, published_at: null }),
      entryOf({ id: 2, published_at: '2026-11-22T07:00:00.4999+00:00' }),
      entryOf({ id: 3, published_at: at }),
      entryOf({ id: 10, published_at: at }),
      entryOf({ id: 4, published_at: null }),
    ]
    expect(entries.sort(newestPublishedFirst).map(({ key }) => key)).toEqual([10, 3, 2, 4, 1])
  })

  it('my_posts: newest change first, whenever it was published', () => {
    const entries = [
      entryOf({ id: 1, updated_at: '2026-11-22T07:00:00.000001+00:00', published_at: null }),
      entryOf({ id: 2, updated_at: '2026-11-22T07:00:00+00:00' }),
      entryOf({ id: 3, updated_at: '2026-11-22T07:00:00.000002+00:00' }),
    ]
    expect(entries.sort(newestUpdatedFirst).map(({ key }) => key)).toEqual([3, 1, 2])
  })
})
