// Every address this page asks, in one place.
import type { PostId, UserId } from './types'

export const urls = {
  login: '/api/login',
  logout: '/api/logout',
  session: '/api/session',
  users: '/api/users',
  posts: '/api/posts',
  post: (id: PostId) => `/api/posts/${id}`,
}

export interface FeedFilter {
  readonly tags?: readonly string[]
  readonly author_id?: UserId | undefined
  readonly limit?: number
}

export const streams = {
  // Named as the resource's own filters are: a repeated tag means "all of them".
  feed: ({ tags = [], author_id, limit }: FeedFilter) =>
    withParameters('/streams/posts', [['limit', limit], ['author_id', author_id], ...tags.map((tag) => ['tags', tag] as const)]),
  // Goes straight to the edges for the anonymous, by a 307 for everybody else.
  post: (id: PostId) => urls.post(id),
  myPosts: '/streams/my_posts',
}

type Parameter = readonly [name: string, value: string | number | undefined]

export function withParameters(url: string, parameters: readonly Parameter[]): string {
  const query = parameters
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value ?? '')}`)
    .join('&')
  if (!query) return url
  return url + (url.includes('?') ? '&' : '?') + query
}
