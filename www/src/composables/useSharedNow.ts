// One clock for all that is told by it.
import { createSharedComposable, useNow } from '@vueuse/core'

export const useSharedNow = createSharedComposable(() => useNow({ interval: 15_000 }))
