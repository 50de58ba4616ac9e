// Writes. What they change is read off the streams, never from here.
import { send } from './http'
import type { Post, PostId, PostInput } from './types'
import { urls } from './urls'

export function createPost(post: PostInput): Promise<Post> {
  return send('POST', urls.posts, post)
}

export function updatePost(id: PostId, post: PostInput): Promise<Post> {
  return send('PUT', urls.post(id), post)
}

export function deletePost(id: PostId): Promise<Post> {
  return send('DELETE', urls.post(id))
}
