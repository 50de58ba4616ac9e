import { describe, expect, it } from 'vitest'
import { applyFrame, differences, type Entry, type Frame, parseFrame } from './frame'

interface Row { rank: number, text?: string }

const order = (a: Entry<Row>, b: Entry<Row>) => b.value.rank - a.value.rank
const entry = (key: Entry<Row>['key'], rank: number, text?: string): Entry<Row> =>
  ({ key, value: text === undefined ? { rank } : { rank, text } })
const update = (...changes: Frame<Row>['changes']): Frame<Row> => ({ kind: 'update', changes })
const keys = (entries: readonly Entry<Row>[]) => entries.map(({ key }) => key)

describe('parseFrame', () => {
  it('reads what is there and what has left', () => {
    expect(parseFrame('update', '[[42,[{"id":42}]],["a",[]],[[1,"b"],[{}]]]')).toEqual({
      kind: 'update',
      changes: [{ key: 42, value: { id: 42 } }, { key: 'a', value: undefined }, { key: [1, 'b'], value: {} }],
    })
  })

  it.each(['', '{}', '[1]', '[[1]]', '[[1,2]]', '[[1,[{},{}]]]', '[[1,[{}],3]]'])('refuses %j', (data) => {
    expect(() => parseFrame('init', data)).toThrow()
  })
})

describe('applyFrame', () => {
  const before = [entry(1, 30), entry(2, 20), entry(3, 10)]

  it('takes an init as it comes, whatever was there', () => {
    const frame: Frame<Row> = { kind: 'init', changes: [{ key: 9, value: { rank: 1 } }, { key: 8, value: { rank: 2 } }] }
    expect(keys(applyFrame(before, frame, order))).toEqual([9, 8]) // the edge's order, not ours
  })

  it('puts a new entry where the order wants it', () => {
    expect(keys(applyFrame(before, update({ key: 4, value: { rank: 25 } }), order))).toEqual([1, 4, 2, 3])
  })

  it('moves an entry whose place has changed, and has it once', () => {
    expect(keys(applyFrame(before, update({ key: 3, value: { rank: 40 } }), order))).toEqual([3, 1, 2])
  })

  it('lets an entry go, and one that it never had', () => {
    expect(keys(applyFrame(before, update({ key: 2, value: undefined }, { key: 77, value: undefined }), order))).toEqual([1, 3])
  })

  it('applies a whole version at once', () => {
    const after = applyFrame(before, update(
      { key: 1, value: undefined }, { key: 2, value: { rank: 5 } }, { key: 5, value: { rank: 50 } },
    ), order)
    expect(keys(after)).toEqual([5, 3, 2])
  })

  it('drops nothing by itself, however many there are', () => {
    expect(applyFrame(before, update({ key: 4, value: { rank: 1 } }), order)).toHaveLength(4)
  })

  it('leaves untouched entries the very same objects, and the old window as it was', () => {
    const after = applyFrame(before, update({ key: 4, value: { rank: 25 } }), order)
    expect(after[0]).toBe(before[0])
    expect(keys(before)).toEqual([1, 2, 3])
    expect(applyFrame(before, update(), order)).toBe(before)
  })

  it('tells keys apart by value: 1 is not "1", and arrays are equal by content', () => {
    const mixed = [entry(1, 3), entry('1', 2), entry([1, 'x'], 1)]
    expect(keys(applyFrame(mixed, update({ key: '1', value: undefined }), order))).toEqual([1, [1, 'x']])
    expect(keys(applyFrame(mixed, update({ key: [1, 'x'], value: undefined }), order))).toEqual([1, '1'])
  })
})

describe('differences', () => {
  const before = [entry(1, 30, 'a'), entry(2, 20, 'b')]

  it('finds what is new and what has changed', () => {
    const after = [entry(3, 40), entry(1, 30, 'a'), entry(2, 20, 'changed')]
    expect(differences(before, after)).toEqual(new Map([['3', 'new'], ['2', 'changed']]))
  })

  it('finds nothing where an init repeats what was there', () => {
    expect(differences(before, [entry(1, 30, 'a'), entry(2, 20, 'b')]).size).toBe(0)
  })

  it('does not call news what only moved up into the window', () => {
    expect(differences(before, [entry(2, 20, 'b'), entry(9, 1)]).size).toBe(0)
  })

  it('greets the first entry of an empty window', () => {
    expect(differences([], [entry(1, 1)])).toEqual(new Map([['1', 'new']]))
  })
})
