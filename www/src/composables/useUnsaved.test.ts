import { describe, expect, it } from 'vitest'
import { runIn } from '../test/mount'
import { forgetUnsaved, useUnsaved, type Writing } from './useUnsaved'

const saved: Writing = { title: 'saved', content: 'text', tags: ['a'] }
const written: Writing = { title: 'written', content: 'text', tags: ['a'] }
const write = () => runIn(() => useUnsaved('42', saved))

describe('useUnsaved', () => {
  it('keeps what is written through a reload', () => {
    const { result, unmount } = write()
    expect(result.dirty.value).toBe(false)
    result.writing.value = written
    expect(result.dirty.value).toBe(true)
    unmount()

    const { result: again } = write()
    expect(again.writing.value).toEqual(written)
    expect(again.restored.value).toBe(true)
  })

  it('forgets what has been saved, even where the form is gone the next moment', () => {
    const { result, unmount } = write()
    result.writing.value = written
    result.rebase(written)
    unmount()
    expect(write().result.restored.value).toBe(false)
  })

  it('follows the saved post while there is nothing to lose', () => {
    const { result } = write()
    result.rebase(written)
    expect(result.writing.value).toEqual(written)
    expect(result.dirty.value).toBe(false)
  })

  it('does not take away what somebody writes', () => {
    const { result } = write()
    result.writing.value = written
    result.rebase({ ...saved, title: 'theirs' })
    expect(result.writing.value).toEqual(written)
    expect(result.dirty.value).toBe(true)
    result.discard()
    expect(result.writing.value.title).toBe('theirs')
  })

  it('asks before the tab is closed, only where there is something to lose', () => {
    const { result } = write()
    const asks = () => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }))
    expect(asks()).toBe(false)
    result.writing.value = written
    expect(asks()).toBe(true)
  })

  it('leaves nothing for the next reader of this browser', () => {
    write().result.writing.value = written
    sessionStorage.setItem('another', 'thing')
    forgetUnsaved()
    expect(write().result.restored.value).toBe(false)
    expect(sessionStorage.getItem('another')).toBe('thing')
  })

  it.each(['nonsense', '{}', '{"title":1,"content":"","tags":[]}', 'null'])('does not trip over %s', (text) => {
    sessionStorage.setItem('unsaved:42', text)
    expect(write().result.writing.value).toEqual(saved)
  })
})
