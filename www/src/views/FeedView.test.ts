import { flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, it } from 'vitest'
import { FakeEventSource } from '../test/fakeEventSource'
import { mountAt } from '../test/mount'
import { pairOf } from '../test/post'
import { signOut } from '../test/reader'
import FeedView from './FeedView.vue'

const source = () => FakeEventSource.last
const address = () => source().url.replace(/&after=\d+/, '')

beforeEach(signOut)

describe('FeedView', () => {
  it('shows posts as they come, change and go', async () => {
    const { wrapper, find } = await mountAt('/', FeedView)
    const titles = () => wrapper.findAll('[data-testid=post-card] h2').map((title) => title.text())
    expect(find('loading').exists()).toBe(true)
    source().emit('init', [pairOf({ id: 1, title: 'one' })], 'v1')
    await flushPromises()
    expect(titles()).toEqual(['one'])
    expect(find('loading').exists()).toBe(false)

    source().emit('update', [pairOf({ id: 2, title: 'two' }), pairOf({ id: 1, title: 'one, changed' })], 'v2')
    await flushPromises()
    expect(titles()).toEqual(['two', 'one, changed'])
    expect(wrapper.findAll('[data-mark]').map((card) => card.attributes('data-mark'))).toEqual(['new', 'changed'])
    expect(wrapper.get('[role=status]').text()).toBe('New: two. Updated: one, changed')

    source().emit('update', [[2, []], [1, []]], 'v3')
    await flushPromises()
    expect(titles()).toEqual([])
    expect(find('feed-empty').exists()).toBe(true)
  })

  it('filters through the stream, and the address bar', async () => {
    const { wrapper, router } = await mountAt('/?tags=sea&tags=walks&author_id=7', FeedView)
    expect(address()).toBe('/streams/posts?limit=25&author_id=7&tags=sea&tags=walks')
    source().emit('init', [pairOf({ id: 1, tags: ['sea', 'walks', 'tea'] })], 'v1')
    await flushPromises()
    expect(wrapper.get('[data-testid=filter-author]').text()).toContain('by alice')
    await wrapper.get('[data-testid=filter-author]').trigger('click')
    await flushPromises()
    expect(router.currentRoute.value.fullPath).toBe('/?tags=sea&tags=walks')
    expect(address()).toBe('/streams/posts?limit=25&tags=sea&tags=walks')
    await wrapper.get('[data-testid=filter-suggestion]').trigger('click')
    await flushPromises()
    expect(address()).toBe('/streams/posts?limit=25&tags=sea&tags=walks&tags=tea')
  })

  it('asks for more while there may be more', async () => {
    const { wrapper, find } = await mountAt('/', FeedView)
    source().emit('init', Array.from({ length: 25 }, (_, n) => pairOf({ id: 100 - n })), 'v1')
    await flushPromises()
    await wrapper.get('[data-testid=feed-more]').trigger('click')
    await flushPromises()
    expect(address()).toBe('/streams/posts?limit=50')
    source().emit('init', Array.from({ length: 26 }, (_, n) => pairOf({ id: 100 - n })), 'v1')
    await flushPromises()
    expect(find('feed-more').exists()).toBe(false)
  })

  it.each([['99999', 1_000], ['0', 1], ['many', 25], ['-1', 25]])('makes the best of ?limit=%s', async (given, limit) => {
    await mountAt(`/?limit=${given}`, FeedView)
    expect(address()).toBe(`/streams/posts?limit=${limit}`)
  })

  it('shows a title as text, whatever it holds', async () => {
    const { wrapper } = await mountAt('/', FeedView)
    source().emit('init', [pairOf({ title: '<img src=x onerror=alert(1)>', content: '<img src=x onerror=alert(1)>' })], 'v1')
    await flushPromises()
    expect(wrapper.find('img').exists()).toBe(false)
    expect(wrapper.get('h2 a').text()).toContain('onerror')
  })
})
