// The live contents of one window. While the url is null there is none; when it changes, the old contents stay until
// the new ones are there.
import { type MaybeRefOrGetter, shallowRef, toValue, watch } from 'vue'
import { applyFrame, differences, type Entry } from '../api/frame'
import type { Order } from '../api/order'
import { type Ending, type Freshness, openStream } from '../api/stream'
import { newestWrite } from '../api/writes'
import { takeSeat } from './useConnection'
import { useMarks } from './useMarks'
import { useSession } from './useSession'

export function useResource<T>(url: MaybeRefOrGetter<string | null>, order: Order<T>) {
  const session = useSession()
  const { marks, add } = useMarks()
  const entries = shallowRef<readonly Entry<T>[]>([])
  const freshness = shallowRef<Freshness>({ state: 'connecting', failures: 0 })
  const ready = shallowRef(false) // the contents are those of this url
  const ending = shallowRef<Ending | null>(null) // for good

  // A stream belongs to whoever opened it: another reader, another stream.
  watch([() => toValue(url), session.generation], ([href], _old, onCleanup) => {
    ready.value = false
    ending.value = null
    if (href === null) {
      entries.value = []
      return
    }
    const seat = takeSeat()
    const stream = openStream<T>(href, {
      onFrame: (frame) => {
        const before = entries.value
        entries.value = applyFrame(before, frame, order)
        if (ready.value) add(differences(before, entries.value))
        ready.value = true
      },
      onFreshness: (now) => {
        freshness.value = now
        seat.report(now)
      },
      onEnd: (end) => {
        seat.leave()
        ending.value = end
        if (end.reason === 'unauthorized' || end.error?.status === 401) void session.doubt()
      },
    }, { after: newestWrite() })
    onCleanup(() => {
      stream.close()
      seat.leave()
    })
  }, { immediate: true })

  return { entries, marks, freshness, ready, ending }
}
