import { flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { useNotice } from '../composables/useNotice'
import { answerWith, json } from '../test/http'
import { mountAt } from '../test/mount'
import { makePost } from '../test/post'
import { signIn, signOut } from '../test/reader'
import WriteView from './WriteView.vue'

async function written() {
  const { get, ...rest } = await mountAt('/write', WriteView)
  await get('field-title').setValue('On waves')
  await get('field-tags').setValue('sea')
  await get('field-tags').trigger('blur')
  await get('field-content').setValue('They *come*.')
  return { get, ...rest }
}

beforeEach(async () => {
  await signOut()
  await signIn()
})

describe('WriteView', () => {
  it.each([
    ['editor-publish', 'published'],
    ['editor-save-draft', 'draft'],
  ] as const)('%s: sends it as %s, and goes to it', async (button, status) => {
    const asked = answerWith(() => json(201, makePost({ id: 5, title: 'On waves', status })))
    const { get, router } = await written()
    if (button === 'editor-publish') await get(button).trigger('submit')
    else await get(button).trigger('click')
    await flushPromises()
    expect(asked).toEqual([{
      method: 'POST', url: '/api/posts', body: { title: 'On waves', content: 'They *come*.', tags: ['sea'], status },
    }])
    await vi.waitFor(() => { expect(router.currentRoute.value.fullPath).toBe('/posts/5') })
    expect(useNotice().notice.value).toContain('“On waves”')
    expect(sessionStorage.getItem('unsaved:new')).toBeNull()
  })

  it('shows what a field is refused for, beside the field, and loses nothing', async () => {
    answerWith(() => json(422, { error: 'invalid', message: 'content is too long: shorten it', field: 'content' }))
    const { get, find, router } = await written()
    await get('editor-publish').trigger('submit')
    await flushPromises()
    expect(get('problem-content').text()).toBe('content is too long: shorten it')
    expect(get('field-content').attributes('aria-invalid')).toBe('true')
    expect(find('problem').exists()).toBe(false)
    expect(router.currentRoute.value.name).toBe('write')
    expect(sessionStorage.getItem('unsaved:new')).toContain('They *come*.')
  })

  it('tells of a problem that is no field\'s', async () => {
    answerWith(() => new TypeError('Failed to fetch'))
    const { get } = await written()
    await get('editor-publish').trigger('submit')
    await flushPromises()
    expect(get('problem').text()).toContain('cannot be reached')
    expect(get('problem').attributes('role')).toBe('alert')
  })

  it('sends once, however often it is pressed', async () => {
    const asked = answerWith(() => json(201, makePost({ id: 5 })))
    const { get } = await written()
    const form = get('editor-publish')
    await Promise.all([form.trigger('submit'), form.trigger('submit')])
    await flushPromises()
    expect(asked).toHaveLength(1)
  })
})
