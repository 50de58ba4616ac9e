// Drafts are their author's alone: in the pages, in the API, and in every byte of the streams.
import { strict as assert } from 'node:assert'
import { card, connection, write } from './support/stage.mjs'
import { ask, literal, openStream, sql, tokenOf } from './support/suite.mjs'
import { test, unique } from './support/tests.mjs'

const bearer = (token) => ({ Authorization: `Bearer ${token}` })

test('a draft reaches its author only, and everybody when it is published', async (stage) => {
  const secret = unique('Nobody may read this')
  const publicStream = await openStream('/streams/posts?limit=1000')
  const bobsStream = await openStream('/streams/my_posts', bearer(await tokenOf('bob')))
  const alicesStream = await openStream('/streams/my_posts', bearer(await tokenOf('alice')))
  const others = [publicStream, bobsStream]
  const reader = await stage.person('/')
  const bob = await stage.person('/drafts', 'bob')
  const alice = await stage.person('/', 'alice')
  await bob.getByTestId('show-published').click()
  await connection(reader, 'live').waitFor()

  const id = await write(alice, { title: secret, content: `Content of ${secret}`, draft: true })
  await alice.getByTestId('post-draft').waitFor()
  await arrives(alicesStream, secret)

  // A later post that everybody gets: whatever was to reach them before it has.
  const marker = unique('Marker')
  await sql(`insert into posts (author_id, title, content, status)
             select id, ${literal(marker)}, 'x', 'published' from users where username = 'bob'`)
  await card(reader, marker).waitFor()
  await bob.getByTestId('my-post').filter({ hasText: marker }).waitFor()
  for (const stream of others) {
    await arrives(stream, marker)
    assert.ok(!stream.received().includes(secret), 'the draft is in a stream that is not its author\'s')
  }
  assert.equal(await card(reader, secret).count(), 0)
  assert.equal(await bob.getByTestId('my-post').filter({ hasText: secret }).count(), 0)
  for (const headers of [{}, bearer(await tokenOf('bob'))]) {
    assert.equal((await ask(`/api/posts/${id}`, { headers })).status, 404)
  }

  await alice.getByTestId('post-publish').click()
  await card(reader, secret).waitFor()
  await arrives(publicStream, secret)

  // Taken back: others hear that it is gone, and nothing of what it says now.
  const changed = unique('Changed after it was taken back')
  const heard = publicStream.received().length
  await sql(`update posts set status = 'draft', title = ${literal(changed)}, content = ${literal(changed)} where id = ${id}`)
  await card(reader, secret).waitFor({ state: 'detached' })
  await arrives(alicesStream, changed)
  await arrives(publicStream, `[${id},[]]`)
  assert.ok(!publicStream.received().slice(heard).includes(changed), 'content of a draft left with its removal')
  for (const stream of [...others, alicesStream]) stream.close()
})

test('streams of drafts are refused without a token, and with a forged one', async () => {
  const [head, body] = (await tokenOf('alice')).split('.')
  for (const headers of [{}, bearer(`${head}.${body}.forged`), { Cookie: 'blog_session=forged' }]) {
    const stream = await openStream('/streams/my_posts', headers)
    assert.equal(stream.status, 401, JSON.stringify(headers))
    assert.equal(JSON.parse(stream.received()).error !== undefined, true)
  }
})

async function arrives(stream, text) {
  const deadline = Date.now() + 10_000
  while (!stream.received().includes(text)) {
    if (Date.now() > deadline) throw new Error(`'${text}' did not arrive in the stream`)
    await new Promise((resolve) => { setTimeout(resolve, 20) })
  }
}
