import { describe, expect, it } from 'vitest'
import type { Freshness } from '../api/stream'
import { takeSeat, useConnection, worst } from './useConnection'

const live: Freshness = { state: 'live' }
const connecting = (failures: number): Freshness => ({ state: 'connecting', failures })
const stale = (since: number): Freshness => ({ state: 'stale', since })

describe('worst', () => {
  it('is nothing where nothing is streamed', () => {
    expect(worst([])).toBeNull()
  })

  it('is stale before connecting before live', () => {
    expect(worst([live, connecting(0), stale(5), live])).toEqual(stale(5))
    expect(worst([live, connecting(0)])).toEqual(connecting(0))
    expect(worst([live, live])).toEqual(live)
  })

  it('is the longest of its kind', () => {
    expect(worst([stale(9), stale(3), stale(5)])).toEqual(stale(3))
    expect(worst([connecting(1), connecting(4), connecting(2)])).toEqual(connecting(4))
  })
})

describe('a seat', () => {
  it('counts from its first report until it is left', () => {
    const { freshness } = useConnection()
    const [one, two] = [takeSeat(), takeSeat()]
    expect(freshness.value).toBeNull()
    one.report(live)
    two.report(stale(1))
    expect(freshness.value).toEqual(stale(1))
    two.leave()
    expect(freshness.value).toEqual(live)
    one.leave()
    expect(freshness.value).toBeNull()
  })
})
