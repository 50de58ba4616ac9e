// What an author does with a post that is there: publish it, take it back, delete it.
import { computed, type MaybeRefOrGetter, toValue } from 'vue'
import { deletePost, updatePost } from '../api/posts'
import type { Post, PostStatus } from '../api/types'
import { useNotice } from './useNotice'
import { useSession } from './useSession'
import { useSubmit } from './useSubmit'

export function usePostActions(post: MaybeRefOrGetter<Post>, gone: () => unknown = () => undefined) {
  const { user } = useSession()
  const { say } = useNotice()

  const move = useSubmit(async (status: PostStatus) => {
    const { id, title, content } = toValue(post)
    await updatePost(id, { title, content, status })
    say(status === 'published' ? `“${title}” is published.` : `“${title}” is back among your drafts.`)
  })

  const remove = useSubmit(async () => {
    const { title } = await deletePost(toValue(post).id)
    say(`“${title}” is deleted.`)
    await gone()
  })

  return {
    isMine: computed(() => toValue(post).author_id === user.value?.user_id),
    busy: computed(() => move.busy.value || remove.busy.value),
    problem: computed(() => move.problem.value ?? remove.problem.value),
    move: move.submit,
    remove: remove.submit,
  }
}
