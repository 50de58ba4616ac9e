import { flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, it } from 'vitest'
import { FakeEventSource } from '../test/fakeEventSource'
import { runIn } from '../test/mount'
import { pairOf } from '../test/post'
import { signIn, signOut } from '../test/reader'
import { usePost } from './usePost'

const ID = 42
const urls = () => FakeEventSource.opened.map(({ url }) => url.replace(/[?&]after=\d+/, ''))
const streamOf = (url: string) => {
  const found = FakeEventSource.opened.find((one) => one.url.startsWith(url) && one.readyState !== one.CLOSED)
  if (!found) throw new Error(`no open stream of ${url}`)
  return found
}
const follow = () => runIn(() => usePost(ID)).result

describe('usePost', () => {
  beforeEach(signOut)

  it('shows a published post, and that it changes', () => {
    const { post, mark } = follow()
    streamOf('/api/posts/42').emit('init', [pairOf({ id: ID })], 'v1')
    expect(post.value?.title).toBe('A title')
    streamOf('/api/posts/42').emit('update', [pairOf({ id: ID, title: 'Another' })], 'v2')
    expect(post.value?.title).toBe('Another')
    expect(mark.value).toBe('changed')
  })

  it('is absent only once that is known', () => {
    const { absent } = follow()
    expect(absent.value).toBe(false)
    streamOf('/api/posts/42').emit('init', [], 'v1')
    expect(absent.value).toBe(true)
  })

  it('shows nothing any more of a post that was taken back', () => {
    const { post, absent } = follow()
    streamOf('/api/posts/42').emit('init', [pairOf({ id: ID })], 'v1')
    streamOf('/api/posts/42').emit('update', [[ID, []]], 'v2')
    expect(post.value).toBeUndefined()
    expect(absent.value).toBe(true)
  })

  it('does not look among anybody\'s own posts for somebody who has none', async () => {
    follow()
    streamOf('/api/posts/42').emit('init', [], 'v1')
    await flushPromises()
    expect(urls()).toEqual(['/api/posts/42'])
  })
})

describe('usePost, for its author', () => {
  beforeEach(signIn.bind(null, undefined))

  it('finds a draft among the author\'s own', async () => {
    const { post, absent } = follow()
    streamOf('/api/posts/42').emit('init', [], 'v1')
    await flushPromises()
    expect(absent.value).toBe(false) // not yet
    streamOf('/streams/my_posts').emit('init', [pairOf({ id: 41 }), pairOf({ id: ID, status: 'draft' })], 'v1')
    expect(post.value?.status).toBe('draft')
    expect(absent.value).toBe(false)
  })

  it('follows the post from draft to published', async () => {
    const { post } = follow()
    streamOf('/api/posts/42').emit('init', [], 'v1')
    await flushPromises()
    streamOf('/streams/my_posts').emit('init', [pairOf({ id: ID, status: 'draft' })], 'v1')
    streamOf('/api/posts/42').emit('update', [pairOf({ id: ID, status: 'published' })], 'v2')
    expect(post.value?.status).toBe('published')
    await flushPromises()
    expect(() => streamOf('/streams/my_posts')).toThrow() // no more needed
  })

  it('is absent where it is not among them either', async () => {
    const { absent } = follow()
    streamOf('/api/posts/42').emit('init', [], 'v1')
    await flushPromises()
    streamOf('/streams/my_posts').emit('init', [pairOf({ id: 41 })], 'v1')
    expect(absent.value).toBe(true)
  })
})
