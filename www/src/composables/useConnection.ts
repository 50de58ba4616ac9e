// How fresh this page is: the worst of its open streams, as each of them reports it.
import { computed, shallowReactive } from 'vue'
import type { Freshness } from '../api/stream'

const seats = shallowReactive(new Map<symbol, Freshness>())

export function takeSeat(): { report(freshness: Freshness): void, leave(): void } {
  const seat = Symbol('stream')
  return {
    report: (freshness) => { seats.set(seat, freshness) },
    leave: () => { seats.delete(seat) },
  }
}

export function useConnection() {
  return { freshness: computed(() => worst([...seats.values()])) }
}

// Null where nothing is streamed, which is no bad news.
export function worst(all: readonly Freshness[]): Freshness | null {
  return all.reduce<Freshness | null>((known, next) => {
    if (known === null || rank(next) > rank(known)) return next
    if (known.state === 'stale' && next.state === 'stale') return known.since <= next.since ? known : next
    if (known.state === 'connecting' && next.state === 'connecting') return known.failures >= next.failures ? known : next
    return known
  }, null)
}

function rank({ state }: Freshness): number {
  return ['live', 'connecting', 'stale'].indexOf(state)
}
