// One post, wherever its reader may see it. Its own stream shows what is published; where that has nothing, the
// reader's own posts may, and stay with him while he takes a post back and publishes it again.
import { computed } from 'vue'
import { textOf } from '../api/frame'
import { newestPublishedFirst, newestUpdatedFirst } from '../api/order'
import type { Post, PostId } from '../api/types'
import { streams } from '../api/urls'
import { useResource } from './useResource'
import { useSession } from './useSession'

export function usePost(id: PostId) {
  const { user, asked } = useSession()
  const shared = useResource<Post>(() => streams.post(id), newestPublishedFirst)
  const missing = computed(() => (shared.ready.value || shared.ending.value !== null) && !shared.entries.value.length)
  const mine = useResource<Post>(() => missing.value && user.value ? streams.myPosts : null, newestUpdatedFirst)

  const post = computed(() => shared.entries.value[0]?.value ?? mine.entries.value.find(({ key }) => key === id)?.value)
  const looked = computed(() => user.value ? mine.ready.value || mine.ending.value !== null : asked.value)

  return {
    post,
    mark: computed(() => shared.marks.value.get(textOf(id)) ?? mine.marks.value.get(textOf(id))),
    absent: computed(() => !post.value && missing.value && looked.value),
    problem: computed(() => shared.ending.value?.error ?? null),
  }
}
