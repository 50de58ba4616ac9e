import { mount } from '@vue/test-utils'
import { nextTick } from 'vue'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { takeSeat } from '../composables/useConnection'
import ConnectionNotice from './ConnectionNotice.vue'
import ConnectionState from './ConnectionState.vue'

let seat: ReturnType<typeof takeSeat>

beforeEach(() => { seat = takeSeat() })
afterEach(() => { seat.leave() })

describe('ConnectionState', () => {
  it('is silent where nothing is streamed', () => {
    const wrapper = mount(ConnectionState)
    expect(wrapper.text()).toBe('')
    expect(wrapper.attributes('data-state')).toBe('idle')
  })

  it('says how it is, and since when it is no better', async () => {
    const wrapper = mount(ConnectionState)
    seat.report({ state: 'connecting', failures: 0 })
    await nextTick()
    expect(wrapper.text()).toBe('Connecting…')
    seat.report({ state: 'live' })
    await nextTick()
    expect(wrapper.text()).toBe('Live')
    const since = new Date()
    since.setHours(0, 0, 7, 0)
    seat.report({ state: 'stale', since: since.getTime() })
    await nextTick()
    expect(wrapper.text()).toBe('Stale since 00:00:07')
    expect(wrapper.attributes()).toMatchObject({ 'role': 'status', 'data-state': 'stale' })
  })
})

describe('ConnectionNotice', () => {
  it('speaks up where something is amiss, and not on the first failure', async () => {
    const wrapper = mount(ConnectionNotice)
    seat.report({ state: 'connecting', failures: 1 })
    await nextTick()
    expect(wrapper.text()).toBe('')
    seat.report({ state: 'connecting', failures: 2 })
    await nextTick()
    expect(wrapper.text()).toContain('keeps trying')
    seat.report({ state: 'stale', since: Date.now() })
    await nextTick()
    expect(wrapper.text()).toContain('You see the state of')
  })
})
