import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { runIn } from '../test/mount'
import { MARK_MS, useMarks } from './useMarks'

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

describe('useMarks', () => {
  it('lets each mark go by itself, counted from the last change', () => {
    const { result: { marks, add } } = runIn(useMarks)
    add(new Map([['1', 'new'], ['2', 'changed']]))
    vi.advanceTimersByTime(MARK_MS - 1)
    add(new Map([['2', 'changed']]))
    vi.advanceTimersByTime(1)
    expect(marks.value).toEqual(new Map([['2', 'changed']]))
    vi.advanceTimersByTime(MARK_MS - 1)
    expect(marks.value.size).toBe(0)
  })
})
