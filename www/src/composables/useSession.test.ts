import { flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { answerWith, json } from '../test/http'
import { alice } from '../test/reader'

const bob = { user_id: 8, name: 'bob', email: 'bob@example.org' }
const nobody = () => json(401, { error: 'unauthorized', message: 'log in' })

// Each test gets a page of its own.
async function freshPage() {
  vi.resetModules()
  return (await import('./useSession')).useSession()
}

describe('useSession', () => {
  let session: Awaited<ReturnType<typeof freshPage>>

  beforeEach(async () => { session = await freshPage() })

  it('asks once who is there, however many want to know', async () => {
    const asked = answerWith(() => json(200, { user: alice }))
    expect(session.asked.value).toBe(false)
    await Promise.all([session.settled(), session.settled()])
    expect(asked).toHaveLength(1)
    expect(session.user.value).toEqual(alice)
    expect(session.asked.value).toBe(true)
    expect(session.generation.value).toBe(0) // whatever is open already was opened by alice
  })

  it('asks again where it could not be told', async () => {
    answerWith(() => new TypeError('Failed to fetch'))
    await session.settled()
    expect(session.user.value).toBeNull()
    answerWith(() => json(200, { user: alice }))
    await session.settled()
    expect(session.user.value).toEqual(alice)
  })

  it('believes a login rather than a question that was asked before', async () => {
    let answer: (response: Response) => void = () => undefined
    vi.stubGlobal('fetch', (url: string) => url.endsWith('/login')
      ? Promise.resolve(json(200, { token: 't', user: alice }))
      : new Promise<Response>((resolve) => { answer = resolve }))
    void session.settled()
    await session.login({ username: 'alice', password: 'p' })
    answer(nobody())
    await flushPromises()
    expect(session.user.value).toEqual(alice)
  })

  it('keeps no token where a script could read it', async () => {
    answerWith(() => json(200, { token: 'the-token', user: alice }))
    await session.login({ username: 'alice', password: 'p' })
    expect(JSON.stringify([localStorage, sessionStorage].map(Object.entries))).not.toContain('the-token')
  })

  it('is another generation for another reader, and the same for a new name', async () => {
    answerWith(() => json(200, { user: alice }))
    await session.login({ username: 'alice', password: 'p' })
    const { value: before } = session.generation
    answerWith(() => json(200, { user: { ...alice, name: 'alicia' } }))
    await session.rename({ username: 'alicia' })
    expect(session.user.value?.name).toBe('alicia')
    expect(session.generation.value).toBe(before)
    answerWith(() => json(200, { user: bob }))
    await session.login({ username: 'bob', password: 'p' })
    expect(session.generation.value).toBe(before + 1)
  })

  it('signs up and in', async () => {
    const asked = answerWith(() => json(201, { user: alice }))
    await session.signUp({ username: 'alice', email: 'alice@example.org', password: 'long enough' })
    expect(asked).toEqual([
      { method: 'POST', url: '/api/users', body: { username: 'alice', email: 'alice@example.org', password: 'long enough' } },
      { method: 'POST', url: '/api/login', body: { username: 'alice', password: 'long enough' } },
    ])
    expect(session.signedIn.value).toBe(true)
  })

  it('takes what was not saved along when somebody signs out', async () => {
    answerWith(() => json(200, { user: alice }))
    await session.login({ username: 'alice', password: 'p' })
    sessionStorage.setItem('unsaved:new', '{}')
    await session.logout()
    expect(session.user.value).toBeNull()
    expect(sessionStorage.getItem('unsaved:new')).toBeNull()
  })

  it('keeps what was not saved when a session merely ends', async () => {
    answerWith(() => json(200, { user: alice }))
    await session.login({ username: 'alice', password: 'p' })
    sessionStorage.setItem('unsaved:new', '{}')
    answerWith(({ method }) => method === 'POST' ? json(200, {}) : nobody())
    await session.doubt()
    expect(session.user.value).toBeNull()
    expect(sessionStorage.getItem('unsaved:new')).toBe('{}')
  })

  it('tells other tabs to look again, and looks when it is told', async () => {
    class FakeChannel extends EventTarget {
      postMessage = posted
    }
    const posted = vi.fn()
    const channel = new FakeChannel()
    vi.stubGlobal('BroadcastChannel', function () { return channel })
    const page = await freshPage()
    answerWith(() => json(200, { user: alice }))
    await page.login({ username: 'alice', password: 'p' })
    expect(posted).toHaveBeenCalledWith(null) // a bell: it carries nothing

    answerWith(nobody)
    channel.dispatchEvent(new MessageEvent('message'))
    await flushPromises()
    expect(page.user.value).toBeNull()
  })

  it('stays signed in where a doubt cannot be settled', async () => {
    answerWith(() => json(200, { user: alice }))
    await session.login({ username: 'alice', password: 'p' })
    answerWith(() => json(503, { error: 'unavailable', message: 'later' }))
    await session.doubt()
    expect(session.user.value).toEqual(alice)
  })
})
