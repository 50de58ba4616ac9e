import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { ApiError } from '../api/errors'
import FormField from './FormField.vue'

const field = (given: Record<string, unknown> = {}) => mount(FormField, {
  props: { modelValue: '', name: 'username', label: 'Username', hint: 'Shown to all.', ...given },
  attachTo: document.body,
})

describe('FormField', () => {
  it('names its input, and tells what it is for', () => {
    const wrapper = field()
    const input = wrapper.get('input')
    expect(wrapper.get('label').attributes('for')).toBe(input.attributes('id'))
    expect(wrapper.get(`[id='${input.attributes('aria-describedby') ?? ''}']`).text()).toBe('Shown to all.')
    expect(input.attributes('aria-invalid')).toBe('false')
  })

  it('shows the problem that is its own, ties it to the input, and takes the writer there', async () => {
    const wrapper = field()
    await wrapper.setProps({ problem: new ApiError(409, 'conflict', 'taken: choose another', 'username') })
    const input = wrapper.get('input')
    expect(wrapper.get(`[id='${input.attributes('aria-describedby') ?? ''}']`).text()).toBe('taken: choose another')
    expect(input.attributes('aria-invalid')).toBe('true')
    await Promise.resolve()
    expect(document.activeElement).toBe(input.element)
  })

  it('leaves the problems of others to them', async () => {
    const wrapper = field()
    await wrapper.setProps({ problem: new ApiError(422, 'invalid', 'no', 'email') })
    expect(wrapper.text()).not.toContain('no')
    expect(wrapper.get('input').attributes('aria-invalid')).toBe('false')
  })

  it('shows a password to who asks for it', async () => {
    const wrapper = field({ type: 'password' })
    expect(wrapper.get('input').attributes('type')).toBe('password')
    await wrapper.get('button').trigger('click')
    expect(wrapper.get('input').attributes('type')).toBe('text')
  })
})
