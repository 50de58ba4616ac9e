import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeEventSource } from '../test/fakeEventSource'
import { HIDDEN_CEILING_MS, VISIBLE_CEILING_MS } from './backoff'
import { ApiError } from './errors'
import type { Frame } from './frame'
import { type Ending, type Freshness, openStream, SILENCE_MS, type StreamOptions } from './stream'

const URL_ = '/streams/posts?limit=25'
const ENTRY = [[1, [{ id: 1 }]]]

let frames: Frame<unknown>[]
let freshness: Freshness[]
let endings: Ending[]
let refusals: (ApiError | null)[]
let visibility: DocumentVisibilityState
let closing: (() => void)[]

function open(options: StreamOptions = {}) {
  const stream = openStream<unknown>(URL_, {
    onFrame: (frame) => frames.push(frame),
    onFreshness: (now) => freshness.push(now),
    onEnd: (ending) => endings.push(ending),
  }, {
    wire: {
      connect: (url) => new FakeEventSource(url) as unknown as EventSource,
      refusal: () => Promise.resolve(refusals.shift() ?? null),
      random: () => 1,
    },
    ...options,
  })
  closing.push(() => { stream.close() })
  return stream
}

const source = () => FakeEventSource.last
const attempts = () => FakeEventSource.opened.length
const state = () => freshness.at(-1)

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-22T07:00:00Z') })
  frames = []
  freshness = []
  endings = []
  refusals = []
  closing = []
  FakeEventSource.opened = []
  visibility = 'visible'
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visibility)
})

afterEach(() => {
  closing.forEach((close) => { close() })
  vi.useRealTimers()
})

describe('a stream that is well', () => {
  it('hands on each frame and is live from the first', () => {
    open()
    expect(state()).toEqual({ state: 'connecting', failures: 0 })
    source().emit('init', ENTRY, 'v1')
    source().emit('update', [[1, []]], 'v2')
    expect(frames.map(({ kind }) => kind)).toEqual(['init', 'update'])
    expect(state()).toEqual({ state: 'live' })
    expect(attempts()).toBe(1)
  })

  it('asks for its writer\'s token until it has been reached', async () => {
    open({ after: '123' })
    expect(source().url).toBe(`${URL_}&after=123`)
    source().drop()
    await vi.advanceTimersByTimeAsync(500)
    expect(source().url).toBe(`${URL_}&after=123`)
    source().emit('init', ENTRY, 'v1')
    source().drop()
    await vi.advanceTimersByTimeAsync(500)
    expect(source().url).toBe(`${URL_}&last_event_id=v1`)
  })

  it('says nothing after it was closed, and comes back for nothing', async () => {
    const stream = open()
    source().emit('init', ENTRY, 'v1')
    const last = source()
    stream.close()
    expect(last.readyState).toBe(last.CLOSED)
    last.emit('update', [], 'v2')
    last.drop()
    window.dispatchEvent(new Event('online'))
    await vi.advanceTimersByTimeAsync(10 * SILENCE_MS)
    expect(frames).toHaveLength(1)
    expect(attempts()).toBe(1)
  })
})

describe('a connection that ends', () => {
  it('is replaced by one that continues after the last version', async () => {
    open()
    source().emit('init', ENTRY, 'v 1&x')
    source().emit('update', [], 'v2=')
    source().drop()
    expect(state()).toEqual({ state: 'stale', since: Date.now() })
    await vi.advanceTimersByTimeAsync(500)
    expect(source().url).toBe(`${URL_}&last_event_id=v2%3D`)
    source().emit('update', ENTRY, 'v3')
    expect(state()).toEqual({ state: 'live' })
  })

  it('continues after the version that a heartbeat named', async () => {
    open()
    source().emit('init', ENTRY, 'v1')
    source().emit('heartbeat', { staleness_ms: 0 }, 'v7')
    source().drop()
    await vi.advanceTimersByTimeAsync(500)
    expect(source().url).toBe(`${URL_}&last_event_id=v7`)
  })

  it('is live again when a heartbeat says that nothing was missed', async () => {
    open()
    source().emit('init', ENTRY, 'v1')
    source().drop()
    await vi.advanceTimersByTimeAsync(500)
    source().emit('heartbeat', { staleness_ms: 0 }, 'v1')
    expect(state()).toEqual({ state: 'live' })
    expect(frames).toHaveLength(1)
  })

  it('is left to nobody else: the browser\'s own attempt is called off', () => {
    open()
    const first = source()
    first.drop()
    expect(first.readyState).toBe(first.CLOSED)
  })

  it('is tried again ever more slowly, and quickly again after a frame', async () => {
    open()
    for (const wait of [500, 1_000, 2_000, 4_000, VISIBLE_CEILING_MS, VISIBLE_CEILING_MS]) {
      const before = attempts()
      source().drop()
      await vi.advanceTimersByTimeAsync(wait - 1)
      expect(attempts()).toBe(before)
      await vi.advanceTimersByTimeAsync(1)
      expect(attempts()).toBe(before + 1)
    }
    expect(state()).toEqual({ state: 'connecting', failures: 6 })
    source().emit('init', ENTRY, 'v1')
    const before = attempts()
    source().drop()
    await vi.advanceTimersByTimeAsync(500)
    expect(attempts()).toBe(before + 1)
  })

  it('does not take an empty answer for a recovery', async () => {
    // The proxy's, while no edge is ready: 200, a retry field, the end.
    open()
    for (const wait of [500, 1_000, 2_000]) {
      source().readyState = source().OPEN
      source().dispatchEvent(new Event('open'))
      source().drop()
      await vi.advanceTimersByTimeAsync(wait)
    }
    expect(state()).toEqual({ state: 'connecting', failures: 3 })
  })

  it('keeps the moment as of which it was fresh through failed attempts', async () => {
    open()
    source().emit('init', ENTRY, 'v1')
    const since = Date.now()
    for (let n = 0; n < 4; n += 1) {
      source().drop()
      await vi.advanceTimersByTimeAsync(VISIBLE_CEILING_MS)
    }
    expect(state()).toEqual({ state: 'stale', since })
  })

  it('asks for the whole again where a frame cannot be read', async () => {
    vi.spyOn(console, 'error').mockReturnValue(undefined)
    open()
    source().emit('init', ENTRY, 'v1')
    source().emit('update', '[[', 'v2')
    await vi.advanceTimersByTimeAsync(500)
    expect(source().url).toBe(URL_)
    expect(frames).toHaveLength(1)
  })
})

describe('coming back at once', () => {
  it.each([
    ['the network is back', () => window.dispatchEvent(new Event('online'))],
    ['the page is shown again', () => document.dispatchEvent(new Event('visibilitychange'))],
    ['the page comes out of the cache', () => window.dispatchEvent(new Event('pageshow'))],
  ])('when %s', (_what, happens) => {
    open()
    source().drop()
    happens()
    expect(attempts()).toBe(2)
  })

  it('does not disturb a connection that speaks', () => {
    open()
    source().emit('init', ENTRY, 'v1')
    window.dispatchEvent(new Event('online'))
    expect(attempts()).toBe(1)
  })

  it('replaces one that has slept along with the machine', () => {
    open()
    source().emit('init', ENTRY, 'v1')
    vi.setSystemTime(Date.now() + 2 * SILENCE_MS) // timers stood still
    document.dispatchEvent(new Event('visibilitychange'))
    expect(attempts()).toBe(2)
    expect(source().url).toContain('last_event_id=v1')
  })

  it('takes its time while nobody looks, until somebody does', async () => {
    visibility = 'hidden'
    open()
    for (let n = 0; n < 9; n += 1) {
      source().drop()
      await vi.advanceTimersByTimeAsync(HIDDEN_CEILING_MS)
    }
    source().drop()
    const before = attempts()
    await vi.advanceTimersByTimeAsync(HIDDEN_CEILING_MS - 1)
    expect(attempts()).toBe(before)
    visibility = 'visible'
    document.dispatchEvent(new Event('visibilitychange'))
    expect(attempts()).toBe(before + 1)
  })
})

describe('a connection that falls silent', () => {
  it('is replaced after more than two heartbeats without a word', async () => {
    open()
    source().emit('init', ENTRY, 'v1')
    const since = Date.now()
    await vi.advanceTimersByTimeAsync(SILENCE_MS - 1)
    expect(state()).toEqual({ state: 'live' })
    await vi.advanceTimersByTimeAsync(1)
    expect(state()).toEqual({ state: 'stale', since })
    await vi.advanceTimersByTimeAsync(500)
    expect(attempts()).toBe(2)
  })

  it('is kept by its heartbeats', async () => {
    open()
    source().emit('init', ENTRY, 'v1')
    for (let n = 0; n < 10; n += 1) {
      await vi.advanceTimersByTimeAsync(15_000)
      source().emit('heartbeat', { staleness_ms: 0 }, 'v1')
    }
    expect(attempts()).toBe(1)
    expect(state()).toEqual({ state: 'live' })
  })

  it('is replaced, too, when it never said anything', async () => {
    open()
    await vi.advanceTimersByTimeAsync(SILENCE_MS + 500)
    expect(attempts()).toBe(2)
  })
})

describe('a node that is itself behind', () => {
  it('is believed, by this machine\'s clock, until it has caught up', () => {
    open()
    source().emit('init', ENTRY, 'v1')
    source().emit('heartbeat', { fresh_as_of: '1999-01-01T00:00:00Z', staleness_ms: 90_000 }, 'v1')
    expect(state()).toEqual({ state: 'stale', since: Date.now() - 90_000 })
    source().emit('heartbeat', { staleness_ms: 0 }, 'v1')
    expect(state()).toEqual({ state: 'live' })
  })

  it('stays behind since then when the connection goes as well', () => {
    open()
    source().emit('init', ENTRY, 'v1')
    source().emit('heartbeat', { staleness_ms: 90_000 }, 'v1')
    source().drop()
    expect(state()).toEqual({ state: 'stale', since: Date.now() - 90_000 })
  })
})

describe('a stream that ends for a reason', () => {
  it.each(['unpublished', 'unauthorized', 'deleted'] as const)('%s: for good', async (reason) => {
    open()
    source().emit('init', ENTRY, 'v1')
    source().emit('end', { reason })
    source().drop()
    await vi.advanceTimersByTimeAsync(10 * SILENCE_MS)
    expect(endings).toEqual([{ reason }])
    expect(attempts()).toBe(1)
  })

  it('drain: goes on at another node', async () => {
    open()
    source().emit('init', ENTRY, 'v1')
    source().emit('end', { reason: 'drain' })
    await vi.advanceTimersByTimeAsync(500)
    expect(endings).toEqual([])
    expect(source().url).toContain('last_event_id=v1')
  })

  it('with a reason nobody knows: is asked again', async () => {
    open()
    source().emit('end', 'what?')
    await vi.advanceTimersByTimeAsync(500)
    expect(attempts()).toBe(2)
  })
})

describe('an answer that is no stream', () => {
  it.each([400, 401, 403, 404])('%i: ends it, with what the service says', async (status) => {
    const error = new ApiError(status, 'code', 'what and how to mend it')
    refusals = [error]
    open()
    source().refuse()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(endings).toEqual([{ reason: 'refused', error }])
    expect(attempts()).toBe(1)
  })

  it.each([408, 429, 500, 502, 503])('%i: is tried again', async (status) => {
    refusals = [new ApiError(status, 'code', 'later')]
    open()
    source().refuse()
    await vi.advanceTimersByTimeAsync(500)
    expect(endings).toEqual([])
    expect(attempts()).toBe(2)
  })

  it('is tried again where nobody answers the question why', async () => {
    open()
    source().refuse()
    await vi.advanceTimersByTimeAsync(500)
    expect(attempts()).toBe(2)
  })

  it.each([[504, 'token_not_reached'], [400, 'bad_token']])('%i %s: goes on without the token', async (status, code) => {
    refusals = [new ApiError(status, code, 'no')]
    open({ after: '9' })
    source().refuse()
    await vi.advanceTimersByTimeAsync(500)
    expect(source().url).toBe(URL_)
    expect(endings).toEqual([])
  })
})
