// What a stream needs from the browser, apart so that a test can hold it.
import { type ApiError, errorFrom } from './errors'

export interface Wire {
  connect(url: string): EventSource
  // Why the url is not answered with a stream; null where it is, or where nobody answers.
  refusal(url: string, signal: AbortSignal): Promise<ApiError | null>
  random(): number
}

const PATIENCE_MS = 10_000

export const browserWire: Wire = {
  connect: (url) => new EventSource(url),
  refusal: async (url, signal) => {
    const done = new AbortController() // also ends the stream that may have come after all
    try {
      const response = await fetch(url, {
        headers: { Accept: 'text/event-stream' },
        cache: 'no-store',
        signal: AbortSignal.any([signal, done.signal, AbortSignal.timeout(PATIENCE_MS)]),
      })
      return response.ok ? null : await errorFrom(response)
    } catch {
      return null
    } finally {
      done.abort()
    }
  },
  random: Math.random,
}
