import { flushPromises, mount } from '@vue/test-utils'
import { type Component, defineComponent } from 'vue'
import { createMemoryHistory } from 'vue-router'
import { makeRouter } from '../router'

// Runs a composable as a component would, and ends it with one.
export function runIn<T>(setup: () => T) {
  const holder: { result?: T } = {}
  const wrapper = mount(defineComponent({
    setup() {
      holder.result = setup()
      return () => null
    },
  }))
  return { result: holder.result as T, unmount: () => { wrapper.unmount() } }
}

export async function mountAt(path: string, component: Component, props: Record<string, unknown> = {}) {
  const router = makeRouter(createMemoryHistory())
  await router.push(path)
  const wrapper = mount(component, { props, global: { plugins: [router] }, attachTo: document.body })
  await flushPromises()
  const get = (id: string) => wrapper.get(`[data-testid=${id}]`)
  const find = (id: string) => wrapper.find(`[data-testid=${id}]`)
  return { wrapper, router, get, find }
}
