// The stream's frames and what they do to a window. Pure: no state, no I/O.

// A number, PostgreSQL's text of another type, or an array of such where the key has several columns.
export type Key = number | string | readonly Key[]

export interface Entry<T> {
  readonly key: Key
  readonly value: T
}

export interface Change<T> {
  readonly key: Key
  readonly value: T | undefined // undefined: the entry left this window
}

export interface Frame<T> {
  readonly kind: 'init' | 'update'
  readonly changes: readonly Change<T>[]
}

export type Difference = 'new' | 'changed'

export const textOf = (key: Key): string => JSON.stringify(key)

// Throws on anything that is not [[key, [value]] …] or [[key, []] …].
export function parseFrame<T>(kind: Frame<T>['kind'], data: string): Frame<T> {
  const pairs: unknown = JSON.parse(data)
  if (!Array.isArray(pairs)) throw new TypeError('a frame is an array of pairs')
  return { kind, changes: pairs.map(parseChange<T>) }
}

function parseChange<T>(pair: unknown): Change<T> {
  if (!Array.isArray(pair) || pair.length !== 2) throw new TypeError('an entry is a pair of key and values')
  const [key, values] = pair as [Key, unknown]
  if (!Array.isArray(values) || values.length > 1) throw new TypeError('an entry has one value or none')
  return { key, value: values[0] as T | undefined }
}

// The window after the frame. Entries that the frame does not name stay the very same objects.
// Nothing is dropped to keep a limit: the edge itself sends what leaves the window.
export function applyFrame<T>(
  entries: readonly Entry<T>[],
  { kind, changes }: Frame<T>,
  order: (a: Entry<T>, b: Entry<T>) => number,
): readonly Entry<T>[] {
  const present = changes.filter((change): change is Entry<T> => change.value !== undefined)
  if (kind === 'init') return present // already in the resource's order
  if (!changes.length) return entries
  const named = new Set(changes.map(({ key }) => textOf(key)))
  return [...entries.filter(({ key }) => !named.has(textOf(key))), ...present].sort(order)
}

// What a reader should be shown as new or changed. An entry that comes in at the end is not news: it moved up because
// another one left, or the window grew.
export function differences<T>(before: readonly Entry<T>[], after: readonly Entry<T>[]): Map<string, Difference> {
  const old = new Map(before.map(({ key, value }) => [textOf(key), value]))
  const found = new Map<string, Difference>()
  let passedOldEntry = false
  for (const { key, value } of [...after].reverse()) {
    const known = old.get(textOf(key))
    if (known !== undefined) {
      passedOldEntry = true
      if (known !== value && JSON.stringify(known) !== JSON.stringify(value)) found.set(textOf(key), 'changed')
    } else if (passedOldEntry || !before.length) {
      found.set(textOf(key), 'new')
    }
  }
  return found
}
