import { flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, it } from 'vitest'
import { FakeEventSource } from '../test/fakeEventSource'
import { answerWith, json } from '../test/http'
import { mountAt } from '../test/mount'
import { makePost, pairOf } from '../test/post'
import { signIn, signOut } from '../test/reader'
import PostView from './PostView.vue'

const ID = 42
const source = () => FakeEventSource.last
const show = () => mountAt(`/posts/${ID}`, PostView, { id: ID })

beforeEach(signOut)

describe('PostView', () => {
  it('follows the post until it is gone, and says so', async () => {
    const { get, find } = await show()
    source().emit('init', [pairOf({ id: ID, content: 'Some **bold** text' })], 'v1')
    await flushPromises()
    expect(get('post-content').html()).toContain('<strong>bold</strong>')
    expect(document.title).toContain('A title')
    source().emit('update', [pairOf({ id: ID, title: 'Renamed' })], 'v2')
    await flushPromises()
    expect(get('post-title').text()).toBe('Renamed')
    expect(get('post-mark').text()).toBe('Just updated')
    source().emit('update', [[ID, []]], 'v3')
    await flushPromises()
    expect(find('post').exists()).toBe(false)
    expect(get('post-absent').text()).toContain('This post is gone')
  })

  it('has no buttons for anybody but the author', async () => {
    await signIn()
    const { find } = await show()
    source().emit('init', [pairOf({ id: ID, author_id: 8 })], 'v1')
    await flushPromises()
    expect(find('post').exists()).toBe(true)
    expect(find('post-edit').exists()).toBe(false)
    expect(find('post-delete').exists()).toBe(false)
  })

  it('deletes only after a second yes', async () => {
    await signIn()
    const { get, router } = await show()
    source().emit('init', [pairOf({ id: ID })], 'v1')
    await flushPromises()
    const asked = answerWith(() => json(200, makePost({ id: ID })))
    await get('post-delete').trigger('click')
    expect(get('confirm').attributes('open')).toBeDefined()
    await get('confirm-no').trigger('click')
    expect(asked).toEqual([])
    await get('post-delete').trigger('click')
    await get('confirm-yes').trigger('click')
    await flushPromises()
    expect(asked).toMatchObject([{ method: 'DELETE', url: '/api/posts/42' }])
    expect(router.currentRoute.value.name).toBe('feed')
  })

  it('leaves the page even where the stream takes the post first', async () => {
    await signIn()
    const { get, router } = await show()
    source().emit('init', [pairOf({ id: ID })], 'v1')
    await flushPromises()
    answerWith(() => {
      source().emit('update', [[ID, []]], 'v2')
      return json(200, makePost({ id: ID }))
    })
    await get('post-delete').trigger('click')
    await get('confirm-yes').trigger('click')
    await flushPromises()
    expect(router.currentRoute.value.name).toBe('feed')
  })

  it('publishes with the text as it is, and leaves the tags alone', async () => {
    await signIn()
    const { get } = await show()
    source().emit('init', [pairOf({ id: ID, status: 'draft' })], 'v1')
    await flushPromises()
    const asked = answerWith(() => json(200, makePost({ id: ID })))
    await get('post-publish').trigger('click')
    await flushPromises()
    expect(asked).toEqual([
      { method: 'PUT', url: '/api/posts/42', body: { title: 'A title', content: 'Some *text*.', status: 'published' } },
    ])
  })
})
