import { flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, it } from 'vitest'
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

  it('does not take its own change for another\'s', async () => {
    const { wrapper, get, find } = await edit()
    await get('field-content').setValue('mine')
    answerWith(() => json(200, { ...post, content: 'mine' }))
    await get('editor-publish').trigger('submit')
    await wrapper.setProps({ post: { ...post, content: 'mine' } })
    await flushPromises()
    expect(find('overtaken').exists()).toBe(false)
  })
})
