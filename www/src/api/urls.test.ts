import { describe, expect, it } from 'vitest'
import { streams, withParameters } from './urls'

describe('streams.feed', () => {
  it('names the filters as the resource does, once per tag', () => {
    expect(streams.feed({ tags: ['a b', 'c&d'], author_id: 7, limit: 50 }))
      .toBe('/streams/posts?limit=50&author_id=7&tags=a%20b&tags=c%26d')
  })

  it('asks for no filter that is not wanted', () => {
    expect(streams.feed({ limit: 25 })).toBe('/streams/posts?limit=25')
  })
})

describe('withParameters', () => {
  it('adds to what is there', () => {
    expect(withParameters('/a?b=1', [['c', 2], ['d', undefined]])).toBe('/a?b=1&c=2')
    expect(withParameters('/a', [['d', undefined]])).toBe('/a')
  })
})
