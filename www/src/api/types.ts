// What the services send and take, as they spell it.

export type PostId = number
export type UserId = number

// PostgreSQL's own text, in UTC, with up to six digits of fraction: see order.ts.
export type Timestamp = string

export type PostStatus = 'draft' | 'published'

export interface Post {
  readonly id: PostId
  readonly author_id: UserId
  readonly title: string
  readonly content: string
  readonly status: PostStatus
  readonly tags: readonly string[]
  readonly published_at: Timestamp | null
  readonly created_at: Timestamp
  readonly updated_at: Timestamp
  readonly author: { readonly id: UserId, readonly name: string }
}

export interface PostInput {
  readonly title: string
  readonly content: string
  readonly status: PostStatus
  readonly tags?: readonly string[] // absent: stay as they are
}

export interface User {
  readonly user_id: UserId
  readonly name: string
  readonly email: string
}

export interface Credentials {
  readonly username: string
  readonly password: string
}

export interface SignUp extends Credentials {
  readonly email: string
}
