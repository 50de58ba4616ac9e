import { describe, expect, it } from 'vitest'
import { answerWith, json } from '../test/http'
import { ApiError } from './errors'
import { send } from './http'
import { createPost, deletePost, updatePost } from './posts'
import { getSession } from './session'
import { newestWrite } from './writes'

async function problemOf(asking: Promise<unknown>): Promise<ApiError> {
  const problem: unknown = await asking.then(() => 'no problem at all', (caught: unknown) => caught)
  if (!(problem instanceof ApiError)) throw new Error(`expected an ApiError, got ${String(problem)}`)
  return problem
}

describe('send', () => {
  it('sends JSON and hands on the answer', async () => {
    const asked = answerWith(() => json(201, { id: 5 }))
    const post = { title: 't', content: 'c', status: 'draft', tags: ['a'] } as const
    expect(await createPost(post)).toEqual({ id: 5 })
    expect(asked).toEqual([{ method: 'POST', url: '/api/posts', body: post }])
  })

  it('keeps the token of the newest write', async () => {
    answerWith(({ method }) => json(200, {}, { 'Edge-Token': method === 'PUT' ? '41' : '42' }))
    await updatePost(1, { title: 't', content: 'c', status: 'draft' })
    expect(newestWrite()).toBe('41')
    await deletePost(1)
    expect(newestWrite()).toBe('42')
  })

  it('hands on what the service says, and the field it is about', async () => {
    answerWith(() => json(422, { error: 'invalid', message: 'title must have 1 to 200 characters', field: 'title' }))
    expect(await problemOf(send('POST', '/api/posts', {}))).toMatchObject({
      status: 422, code: 'invalid', message: 'title must have 1 to 200 characters', field: 'title',
    })
  })

  it('knows of no field where none is named', async () => {
    answerWith(() => json(403, { error: 'forbidden', message: 'not yours' }))
    expect((await problemOf(send('GET', '/api/x'))).field).toBeUndefined()
  })

  it('tells of a service that nobody reaches', async () => {
    answerWith(() => new TypeError('Failed to fetch'))
    expect(await problemOf(send('GET', '/api/x'))).toMatchObject({ status: 0, code: 'unreachable' })
  })

  it.each([
    [413, 'too_large'],
    [429, 'too_many'],
    [502, 'unavailable'],
    [418, 'unexpected'],
  ])('finds words of its own for a %i that has none', async (status, code) => {
    answerWith(() => new Response('<html>no</html>', { status }))
    const problem = await problemOf(send('GET', '/api/x'))
    expect(problem).toMatchObject({ status, code })
    expect(problem.message).not.toContain('<')
  })

  it('does not take anything for an answer because it says 200', async () => {
    answerWith(() => new Response('<html>welcome to this network</html>', { status: 200 }))
    expect(await problemOf(send('GET', '/api/x'))).toMatchObject({ status: 200, code: 'unexpected' })
  })
})

describe('getSession', () => {
  const user = { user_id: 1, name: 'alice', email: 'alice@example.org' }

  it('tells who is signed in', async () => {
    answerWith(() => json(200, { user }))
    expect(await getSession()).toEqual(user)
  })

  it('takes 401 for nobody, and nothing else', async () => {
    answerWith(() => json(401, { error: 'unauthorized', message: 'log in' }))
    expect(await getSession()).toBeNull()
    answerWith(() => json(503, { error: 'unavailable', message: 'later' }))
    expect(await problemOf(getSession())).toMatchObject({ status: 503 })
  })
})
