// One request to the web service. Resolves with the answer's JSON, rejects with an ApiError and nothing else.
import { errorFrom, unreachable } from './errors'
import { recordWrite } from './writes'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

const PATIENCE_MS = 15_000

export async function send<T>(method: Method, url: string, body?: unknown): Promise<T> {
  const response = await reach(method, url, body)
  if (!response.ok) throw await errorFrom(response)
  const token = response.headers.get('Edge-Token')
  if (token) recordWrite(token)
  try {
    return await response.json() as T
  } catch {
    throw await errorFrom(response)
  }
}

async function reach(method: Method, url: string, body: unknown): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  try {
    return await fetch(url, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
  } catch {
    throw unreachable()
  }
}
