// One post, wherever its reader may see it: among the published ones, else among his own.
import { computed } from 'vue'
import { textOf } from '../api/frame'
import { newestPublishedFirst, newestUpdatedFirst } from '../api/order'
import type { Post, PostId } from '../api/types'
import { streams } from '../api/urls'
import { useResource } from './useResource'
import { useSession } from './useSession'

export function usePost(id: PostId) {
  const { user, asked } = useSession()
  const published = useResource<Post>(() => streams.post(id), newestPublishedFirst)
  const unpublished = computed(() =>
    (published.ready.value || published.ending.value !== null) && !published.entries.value.length)
  const mine = useResource<Post>(() => unpublished.value && user.value ? streams.myPosts : null, newestUpdatedFirst)

  const post = computed(() =>
    published.entries.value[0]?.value ?? mine.entries.value.find(({ key }) => key === id)?.value)
  const absent = computed(() => !post.value && unpublished.value && asked.value
    && (!user.value || mine.ready.value || mine.ending.value !== null))
  const mark = computed(() => published.marks.value.get(textOf(id)) ?? mine.marks.value.get(textOf(id)))

  return {
    post,
    mark,
    absent,
    freshness: published.freshness,
    problem: computed(() => published.ending.value?.error ?? null),
  }
}
