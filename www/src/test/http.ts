// A web service that is the test.
import { vi } from 'vitest'

export interface Asked { method: string, url: string, body: unknown }

export function answerWith(answer: (asked: Asked) => Response | Error): Asked[] {
  const all: Asked[] = []
  vi.stubGlobal('fetch', (url: string, { method = 'GET', body }: RequestInit = {}) => {
    const asked = { method, url, body: typeof body === 'string' ? JSON.parse(body) as unknown : undefined }
    all.push(asked)
    const given = answer(asked)
    return given instanceof Error ? Promise.reject(given) : Promise.resolve(given)
  })
  return all
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } })
}
