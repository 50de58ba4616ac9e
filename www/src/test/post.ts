import type { Entry } from '../api/frame'
import type { Post } from '../api/types'

export function makePost(given: Partial<Post> = {}): Post {
  return {
    id: 1,
    author_id: 7,
    title: 'A title',
    content: 'Some *text*.',
    status: 'published',
    tags: [],
    published_at: '2026-11-22T07:00:00+00:00',
    created_at: '2026-11-22T06:00:00+00:00',
    updated_at: '2026-11-22T07:00:00+00:00',
    author: { id: given.author_id ?? 7, name: 'alice' },
    ...given,
  }
}

export const entryOf = (given: Partial<Post>): Entry<Post> => ({ key: given.id ?? 1, value: makePost(given) })

// As the wire has it.
export const pairOf = (given: Partial<Post>): [number, [Post]] => [given.id ?? 1, [makePost(given)]]
