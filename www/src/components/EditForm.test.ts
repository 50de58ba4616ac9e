import { flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import { answerWith, json } from '../test/http'
import { mountAt } from '../test/mount'
import { makePost } from '../test/post'
import { signIn, signOut } from '../test/reader'
import EditForm from './EditForm.vue'

const post = makePost({ id: 42, content: 'first' })
const edit = () => mountAt('/posts/42/edit', EditForm, { post })
const textOf = (field: { element: Element }) => (field.element as HTMLTextAreaElement).value

beforeEach(async () => {
  await signOut()
  await signIn()
})

describe('EditForm', () => {
  it('follows the post while nobody has touched the form', async () => {
    const { wrapper, get, find } = await edit()
    await wrapper.setProps({ post: { ...post, content: 'second' } })
    expect(textOf(get('field-content'))).toBe('second')
    expect(find('overtaken').exists()).toBe(false)
  })

  it('lets the writer decide between two changes', async () => {
    const { wrapper, get } = await edit()
    await get('field-content').setValue('mine')
    await wrapper.setProps({ post: { ...post, content: 'theirs' } })
    expect(textOf(get('field-content'))).toBe('mine')
    await get('take-theirs').trigger('click')
    expect(textOf(get('field-content'))).toBe('theirs')
  })

  it('does not mind a change of what it does not edit', async () => {
    const { wrapper, get, find } = await edit()
    await get('field-content').setValue('mine')
    await wrapper.setProps({ post: { ...post, author: { id: 7, name: 'alicia' }, updated_at: '2026-11-22T08:00:00+00:00' } })
    expect(find('overtaken').exists()).toBe(false)
  })

  it('does not take its own change for another\'s, even where the service has tidied it up', async () => {
    const { wrapper, get, find } = await edit()
    await get('field-content').setValue('mine')
    const tidied = { ...post, content: 'mine', tags: ['a', 'b'] }
    answerWith(() => {
      void wrapper.setProps({ post: tidied }) // the stream is faster than the answer
      return json(200, tidied)
    })
    await get('editor-publish').trigger('submit')
    await nextTick()
    expect(find('overtaken').exists()).toBe(false)
    await flushPromises()
    expect(find('overtaken').exists()).toBe(false)
  })

  it('still tells of another\'s change that came in while its own was refused', async () => {
    const { wrapper, get, find } = await edit()
    await get('field-content').setValue('mine')
    answerWith(() => {
      void wrapper.setProps({ post: { ...post, content: 'theirs' } })
      return json(503, { error: 'unavailable', message: 'later' })
    })
    await get('editor-publish').trigger('submit')
    await flushPromises()
    expect(get('problem').text()).toBe('later')
    expect(find('overtaken').exists()).toBe(true)
  })
})
