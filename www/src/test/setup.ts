// What jsdom lacks and this page needs.
import { enableAutoUnmount } from '@vue/test-utils'
import { afterEach, beforeEach, vi } from 'vitest'
import { FakeEventSource } from './fakeEventSource'

HTMLDialogElement.prototype.showModal = function () { this.open = true }
HTMLDialogElement.prototype.close = function () { this.open = false }
window.scrollTo = () => undefined

// A test is alone in its browser: no other tab, nor an earlier test's page, calls in between.
Reflect.deleteProperty(globalThis, 'BroadcastChannel')

enableAutoUnmount(afterEach)

beforeEach(() => {
  FakeEventSource.opened = []
  vi.stubGlobal('EventSource', FakeEventSource)
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('visible')
  sessionStorage.clear()
  localStorage.clear()
})
