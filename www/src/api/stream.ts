// One window's stream, kept open for as long as somebody looks at it.
//
// Owner     Whoever opened it, until close(). After onEnd there is nothing left to close.
// Promise   onFrame sees every version once and in order, across any number of connections. Each connection continues
//           after the version that the last one ended at; where the edge no longer can, the frame is an `init`.
// Failure   A connection that ends or falls silent is replaced, without limit: EventSource itself gives up for good on
//           the first answer that is not 200, and only its own reconnects carry Last-Event-ID, so none of it is left to
//           EventSource. What is held stays valid meanwhile, and onFreshness says since when it may be out of date.
import { backoff, HIDDEN_CEILING_MS, VISIBLE_CEILING_MS } from './backoff'
import type { ApiError } from './errors'
import { type Frame, parseFrame } from './frame'
import { type Farewell, reasonOf, stalenessOf } from './signals'
import { browserWire, type Wire } from './wire'
import { withParameters } from './urls'

export type Freshness
  = | { readonly state: 'connecting', readonly failures: number } // nothing to show yet
    | { readonly state: 'live' }
    | { readonly state: 'stale', readonly since: number }

export interface Ending {
  readonly reason: Farewell | 'refused'
  readonly error?: ApiError // of 'refused'
}

export interface StreamHandlers<T> {
  onFrame(frame: Frame<T>): void
  onFreshness(freshness: Freshness): void
  onEnd(ending: Ending): void
}

export interface StreamOptions {
  readonly after?: string | undefined // the token that the first answer must have reached
  readonly wire?: Wire
}

// Two heartbeats of 15 s and a little: nothing heard for longer means that nothing will be.
export const SILENCE_MS = 35_000

export function openStream<T>(url: string, handlers: StreamHandlers<T>, options: StreamOptions = {}): { close(): void } {
  const stream = new Stream<T>(url, handlers, options)
  stream.start()
  return stream
}

class Stream<T> {
  private source: EventSource | undefined
  private retryTimer: ReturnType<typeof setTimeout> | undefined
  private silenceTimer: ReturnType<typeof setTimeout> | undefined
  private readonly ended = new AbortController()
  private readonly wire: Wire
  private after: string | undefined
  private version: string | undefined
  private failures = 0
  private tendedAt = 0 // when the connection was begun or last heard
  private freshAt = 0 // as of when what is held is known to be up to date
  private hasContents = false

  constructor(private readonly url: string, private readonly handlers: StreamHandlers<T>, options: StreamOptions) {
    this.after = options.after
    this.wire = options.wire ?? browserWire
  }

  start(): void {
    const { signal } = this.ended
    window.addEventListener('online', () => { this.look() }, { signal })
    window.addEventListener('pageshow', () => { this.look() }, { signal })
    document.addEventListener('visibilitychange', () => { if (isVisible()) this.look() }, { signal })
    this.report()
    this.connect()
  }

  close(): void {
    this.ended.abort()
    this.hangUp()
  }

  private connect(): void {
    this.hangUp()
    const source = this.wire.connect(this.address())
    this.source = source
    const on = (name: string, handle: (event: MessageEvent<string>) => void) => {
      source.addEventListener(name, (event: MessageEvent<string>) => {
        if (this.source === source) handle(event)
      })
    }
    on('init', (event) => { this.receive('init', event) })
    on('update', (event) => { this.receive('update', event) })
    on('heartbeat', (event) => { this.beat(event) })
    on('end', (event) => { this.end(event) })
    source.addEventListener('error', () => {
      if (this.source === source) this.fail(source.readyState === source.CLOSED)
    })
    this.tend()
  }

  private address(): string {
    return withParameters(this.url, [['after', this.after], ['last_event_id', this.version]])
  }

  private receive(kind: Frame<T>['kind'], event: MessageEvent<string>): void {
    const frame = this.parse(kind, event.data)
    if (!frame) return
    this.tend()
    this.failures = 0
    this.after = undefined
    this.version = event.lastEventId || undefined
    this.hasContents = true
    this.freshAt = Date.now()
    this.handlers.onFrame(frame)
    this.handlers.onFreshness({ state: 'live' })
  }

  private parse(kind: Frame<T>['kind'], data: string): Frame<T> | undefined {
    try {
      return parseFrame<T>(kind, data)
    } catch (problem) {
      console.error('a frame that cannot be read; asking for the whole again', problem)
      this.version = undefined
      this.fail(false)
      return undefined
    }
  }

  private beat(event: MessageEvent<string>): void {
    this.tend()
    if (!this.hasContents) return
    this.failures = 0
    this.after = undefined
    this.version = event.lastEventId || this.version
    const staleness = stalenessOf(event.data)
    this.freshAt = Date.now() - staleness // by this machine's clock alone
    if (staleness > 0) this.report()
    else this.handlers.onFreshness({ state: 'live' })
  }

  private end(event: MessageEvent<string>): void {
    const reason = reasonOf(event.data)
    if (reason) this.finish({ reason })
    else this.fail(false) // drain: this node goes, another one takes over
  }

  private finish(ending: Ending): void {
    this.close()
    this.handlers.onEnd(ending)
  }

  // The connection is of no more use. `refused`: it was answered with something else than a stream.
  private fail(refused: boolean): void {
    this.hangUp()
    this.failures += 1
    this.report()
    if (refused) void this.askWhy()
    else this.retry()
  }

  // EventSource does not tell what the answer was, so ask once more in a way that does.
  private async askWhy(): Promise<void> {
    const { signal } = this.ended
    const error = await this.wire.refusal(this.address(), signal)
    if (signal.aborted || this.source) return
    const untimely = error?.code === 'bad_token' || error?.code === 'token_not_reached'
    if (untimely) this.after = undefined // better without: the stream catches up by itself
    if (error && isFinal(error.status) && !untimely) this.finish({ reason: 'refused', error })
    else this.retry()
  }

  private retry(): void {
    const ceiling = isVisible() ? VISIBLE_CEILING_MS : HIDDEN_CEILING_MS
    clearTimeout(this.retryTimer)
    this.retryTimer = setTimeout(() => { this.connect() }, backoff(this.failures - 1, ceiling, this.wire.random()))
  }

  // Something may have changed for the better. Worth a new attempt now, unless a connection is there and speaks.
  private look(): void {
    if (this.source) {
      if (Date.now() - this.tendedAt < SILENCE_MS) return
      this.fail(false)
    }
    this.connect()
  }

  private report(): void {
    if (this.hasContents) this.handlers.onFreshness({ state: 'stale', since: this.freshAt })
    else this.handlers.onFreshness({ state: 'connecting', failures: this.failures })
  }

  private tend(): void {
    this.tendedAt = Date.now()
    clearTimeout(this.silenceTimer)
    this.silenceTimer = setTimeout(() => { this.fail(false) }, SILENCE_MS)
  }

  private hangUp(): void {
    this.source?.close()
    this.source = undefined
    clearTimeout(this.silenceTimer)
    clearTimeout(this.retryTimer)
  }
}

function isVisible(): boolean {
  return document.visibilityState === 'visible'
}

// A mistake in the question; the same question will have the same answer.
function isFinal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429
}
