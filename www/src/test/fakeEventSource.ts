// An EventSource whose other end is the test.
export class FakeEventSource extends EventTarget {
  static opened: FakeEventSource[] = []

  readonly CONNECTING = 0
  readonly OPEN = 1
  readonly CLOSED = 2
  readyState = 0

  constructor(readonly url: string) {
    super()
    FakeEventSource.opened.push(this)
  }

  static get last(): FakeEventSource {
    const last = FakeEventSource.opened.at(-1)
    if (!last) throw new Error('nobody has opened an EventSource')
    return last
  }

  close(): void {
    this.readyState = this.CLOSED
  }

  emit(name: string, data: unknown, lastEventId = ''): void {
    this.readyState = this.OPEN
    const text = typeof data === 'string' ? data : JSON.stringify(data)
    this.dispatchEvent(new MessageEvent(name, { data: text, lastEventId }))
  }

  // The connection ends; a browser would try again by itself.
  drop(): void {
    this.readyState = this.CONNECTING
    this.dispatchEvent(new Event('error'))
  }

  // The answer was no stream; a browser gives up.
  refuse(): void {
    this.readyState = this.CLOSED
    this.dispatchEvent(new Event('error'))
  }
}
