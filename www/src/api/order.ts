// The orders of the resources, as `edge.publish` declares them. An update does not carry positions, so the page sorts
// by the same rule as the edge; it must agree to the microsecond, which a Date cannot.
import type { Entry } from './frame'
import type { Post, Timestamp } from './types'

export type Order<T> = (a: Entry<T>, b: Entry<T>) => number

// sort => '-published_at,-id'
export const newestPublishedFirst: Order<Post> = (a, b) =>
  newestFirst(a.value.published_at, b.value.published_at) || b.value.id - a.value.id

// sort => '-updated_at,-id'
export const newestUpdatedFirst: Order<Post> = (a, b) =>
  newestFirst(a.value.updated_at, b.value.updated_at) || b.value.id - a.value.id

function newestFirst(a: Timestamp | null, b: Timestamp | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null) // nulls last, in both directions
  return compareTimestamps(b, a)
}

// Negative: a is earlier. Both are PostgreSQL's text of a time in UTC: "2026-11-22T07:00:00.12+00:00".
export function compareTimestamps(a: Timestamp, b: Timestamp): number {
  const [left, right] = [digits(a), digits(b)]
  return left.length - right.length || (left < right ? -1 : Number(left > right)) // a year may have five digits
}

function digits(timestamp: Timestamp): string {
  const [seconds = '', fraction = ''] = timestamp.replace(/(\+00:00|Z)$/, '').split('.')
  return seconds + fraction.padEnd(6, '0')
}
