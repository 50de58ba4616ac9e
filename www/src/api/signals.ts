// What a stream says of itself, beside its frames.

// Why it ends for good.
export type Farewell = 'unpublished' | 'unauthorized' | 'deleted'

// Zero while the node knows itself to be fresh; what "fresh" allows for is the node's to judge.
export function stalenessOf(data: string): number {
  const { staleness_ms: staleness } = parseObject(data)
  return typeof staleness === 'number' ? staleness : 0
}

// Undefined for `drain`, and for what nobody knows: come back.
export function reasonOf(data: string): Farewell | undefined {
  const { reason } = parseObject(data)
  return reason === 'unpublished' || reason === 'unauthorized' || reason === 'deleted' ? reason : undefined
}

function parseObject(data: string): Partial<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(data)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
