import { flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, it } from 'vitest'
import { shallowRef } from 'vue'
import { newestPublishedFirst } from '../api/order'
import type { Post } from '../api/types'
import { recordWrite } from '../api/writes'
import { FakeEventSource } from '../test/fakeEventSource'
import { answerWith, json } from '../test/http'
import { runIn } from '../test/mount'
import { makePost, pairOf } from '../test/post'
import { signIn, signOut } from '../test/reader'
import { useConnection } from './useConnection'
import { useResource } from './useResource'

const source = () => FakeEventSource.last
const open = (url: string | null) => {
  const address = shallowRef(url)
  const { result, unmount } = runIn(() => useResource<Post>(address, newestPublishedFirst))
  return { address, unmount, ...result }
}

beforeEach(signOut)

describe('useResource', () => {
  it('holds the window, in order, frame after frame', () => {
    const { entries, ready, freshness } = open('/streams/posts')
    expect(ready.value).toBe(false)
    source().emit('init', [pairOf({ id: 2 }), pairOf({ id: 1 })], 'v1')
    source().emit('update', [pairOf({ id: 3 }), [1, []]], 'v2')
    expect(entries.value.map(({ key }) => key)).toEqual([3, 2])
    expect(ready.value).toBe(true)
    expect(freshness.value).toEqual({ state: 'live' })
  })

  it('marks what changes, but not what was there from the start', () => {
    const { marks } = open('/streams/posts')
    source().emit('init', [pairOf({ id: 2 }), pairOf({ id: 1 })], 'v1')
    expect(marks.value.size).toBe(0)
    source().emit('update', [pairOf({ id: 3 }), pairOf({ id: 1, title: 'changed' })], 'v2')
    expect(marks.value).toEqual(new Map([['3', 'new'], ['1', 'changed']]))
  })

  it('marks what it missed, too, where the edge could only begin anew', () => {
    const { marks } = open('/streams/posts')
    source().emit('init', [pairOf({ id: 2 }), pairOf({ id: 1 })], 'v1')
    source().emit('init', [pairOf({ id: 2, title: 'changed' }), pairOf({ id: 1 })], 'v9')
    expect(marks.value).toEqual(new Map([['2', 'changed']]))
  })

  it('keeps showing the old window until the new one is there', async () => {
    const { address, entries, ready, marks } = open('/streams/posts?limit=1')
    const first = source()
    first.emit('init', [pairOf({ id: 1 })], 'v1')
    address.value = '/streams/posts?limit=2'
    await flushPromises()
    expect(first.readyState).toBe(first.CLOSED)
    expect(source().url).toContain('limit=2')
    expect(source().url).not.toContain('last_event_id') // of another window
    expect(entries.value).toHaveLength(1)
    expect(ready.value).toBe(false)
    source().emit('init', [pairOf({ id: 1 }), pairOf({ id: 0 })], 'v1')
    expect(entries.value).toHaveLength(2)
    expect(marks.value.size).toBe(0)
  })

  it('forgets everything where there is nothing to look at', async () => {
    const { address, entries } = open('/streams/my_posts')
    source().emit('init', [pairOf({ id: 1 })], 'v1')
    address.value = null
    await flushPromises()
    expect(entries.value).toEqual([])
    expect(source().readyState).toBe(source().CLOSED)
  })

  it('asks not to be answered with less than this page has written', () => {
    recordWrite('4711')
    open('/streams/posts')
    expect(source().url).toBe('/streams/posts?after=4711')
  })

  it('closes its stream with its component, and is no more in the connection state', () => {
    const { unmount } = open('/streams/posts')
    source().emit('init', [], 'v1')
    expect(useConnection().freshness.value).toEqual({ state: 'live' })
    unmount()
    expect(source().readyState).toBe(source().CLOSED)
    expect(useConnection().freshness.value).toBeNull()
  })

  it('is opened anew for another reader', async () => {
    open('/api/posts/1')
    await signIn()
    await flushPromises()
    expect(FakeEventSource.opened).toHaveLength(2)
  })

  it('drops a cookie that is not good any more, and reads on as anybody may', async () => {
    await signIn()
    open('/api/posts/1')
    const asked = answerWith(({ url, method }) => method === 'POST'
      ? json(200, {})
      : json(401, { error: 'unauthorized', message: `sign in for ${url}` }))
    source().refuse()
    await flushPromises()
    expect(asked.map(({ method, url }) => `${method} ${url.replace(/\?.*/, '')}`))
      .toEqual(['GET /api/posts/1', 'GET /api/session', 'POST /api/logout'])
    expect(source().readyState).toBe(0)
    source().emit('init', [pairOf(makePost())], 'v1')

    source().refuse() // again: now it is not the cookie, and asking for ever would not help
    await flushPromises()
    expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(1)
  })

  it('tells why a stream has ended', async () => {
    await signIn()
    answerWith(() => json(404, { error: 'unknown_resource', message: 'no' }))
    const { ending } = open('/streams/nothing')
    source().refuse()
    await flushPromises()
    expect(ending.value).toMatchObject({ reason: 'refused', error: { status: 404, code: 'unknown_resource' } })
  })
})
