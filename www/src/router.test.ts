import { beforeEach, describe, expect, it } from 'vitest'
import { createMemoryHistory } from 'vue-router'
import { makeRouter, nextOf } from './router'
import { signIn, signOut } from './test/reader'

async function arriveFrom(path: string) {
  const router = makeRouter(createMemoryHistory())
  await router.push(path)
  return router.currentRoute.value
}

describe('the addresses', () => {
  beforeEach(signOut)

  it.each(['/write', '/drafts', '/profile', '/posts/1/edit'])('%s lets the anonymous sign in first', async (path) => {
    const { name, query } = await arriveFrom(`${path}?a=b`)
    expect(name).toBe('login')
    expect(query.next).toBe(`${path}?a=b`)
  })

  it('opens them to who is signed in', async () => {
    await signIn()
    expect((await arriveFrom('/write')).name).toBe('write')
  })

  it.each(['/posts/abc', '/posts/1x', '/nowhere', '/posts/99999999999999999999'])('%s is none', async (path) => {
    expect((await arriveFrom(path)).name).toBe('not-found')
  })
})

describe('nextOf', () => {
  it.each([
    ['/posts/1?x=y', '/posts/1?x=y'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['https://evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['', '/'],
  ])('%j: %s', (next, to) => {
    expect(nextOf({ next })).toBe(to)
  })

  it('stays at home where nothing, or too much, is asked for', () => {
    expect(nextOf({})).toBe('/')
    expect(nextOf({ next: ['/a', '/b'] })).toBe('/')
  })
})
