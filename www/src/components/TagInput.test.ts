import { mount } from '@vue/test-utils'
import { nextTick } from 'vue'
import { describe, expect, it } from 'vitest'
import TagInput from './TagInput.vue'

function tagInput(tags: string[] = []) {
  const wrapper = mount(TagInput, {
    props: { 'modelValue': tags, 'onUpdate:modelValue': (now: readonly string[]) => wrapper.setProps({ modelValue: now }) },
  })
  return { wrapper, input: wrapper.get('input'), tags: () => wrapper.props('modelValue') }
}

describe('TagInput', () => {
  it.each(['Enter', ','])('takes a tag at %s, and does not send the form', async (key) => {
    const { input, tags } = tagInput(['a'])
    await input.setValue('b')
    const event = new KeyboardEvent('keydown', { key, cancelable: true })
    input.element.dispatchEvent(event)
    await nextTick()
    expect(event.defaultPrevented).toBe(true)
    expect(tags()).toEqual(['a', 'b'])
  })

  it('takes what is typed when it is left', async () => {
    const { input, tags } = tagInput()
    await input.setValue(' #sea,  long   walks , sea,, ')
    await input.trigger('blur')
    expect(tags()).toEqual(['sea', 'long walks'])
  })

  it('gives the last tag back at Backspace, but only where nothing is typed', async () => {
    const { input, tags } = tagInput(['a', 'b'])
    await input.setValue('x')
    await input.trigger('keydown', { key: 'Backspace' })
    expect(tags()).toEqual(['a', 'b'])
    await input.setValue('')
    await input.trigger('keydown', { key: 'Backspace' })
    expect(tags()).toEqual(['a'])
  })

  it('removes the tag whose button is pressed', async () => {
    const { wrapper, tags } = tagInput(['a', 'b'])
    await wrapper.get('button[aria-label="Remove the tag a"]').trigger('click')
    expect(tags()).toEqual(['b'])
  })
})
