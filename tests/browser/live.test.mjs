// What somebody writes, others see, without a reload.
import { strict as assert } from 'node:assert'
import { assertNotReloaded, card, connection, write } from './support/stage.mjs'
import { baseUrl, literal, sql } from './support/suite.mjs'
import { test, unique } from './support/tests.mjs'

test('a post written in one page appears in another', async (stage) => {
  const reader = await stage.person('/')
  const writer = await stage.person('/', 'alice')
  await connection(reader, 'live').waitFor()

  const title = unique('Written by hand')
  await write(writer, { title, content: 'With *emphasis*.', tags: ['bread', 'tea'] })

  const seen = card(reader, title)
  await seen.waitFor()
  assert.equal(await reader.getByTestId('post-title').first().textContent(), title, 'the newest is first')
  await seen.getByTestId('post-author').getByText('alice', { exact: true }).waitFor()
  assert.deepEqual(await seen.getByTestId('post-tag').allTextContents(), ['#bread', '#tea'])
  await assertNotReloaded(reader)
})

test('a post written with psql appears in two pages', async (stage) => {
  const pages = [await stage.person('/'), await stage.person('/', 'bob')]
  for (const page of pages) await connection(page, 'live').waitFor()

  const title = unique('Written with psql')
  await sql(`insert into posts (author_id, title, content, status)
             select id, ${literal(title)}, 'From the other side.', 'published' from users where username = 'carol'`)

  for (const page of pages) {
    await card(page, title).waitFor()
    await assertNotReloaded(page)
  }
})

test('an edit changes the feed and the open post, and is marked', async (stage) => {
  const writer = await stage.person('/', 'alice')
  const before = unique('Before')
  const after = unique('After')
  const id = await write(writer, { title: before, content: 'One.' })
  const feed = await stage.person('/')
  const post = await stage.person(`/posts/${id}`)
  await card(feed, before).waitFor()
  await post.getByTestId('post-content').getByText('One.').waitFor()

  await writer.getByTestId('post-edit').click()
  await writer.getByTestId('field-title').fill(after)
  await writer.getByTestId('field-content').fill('Two.')
  await writer.getByTestId('editor-publish').click()

  await card(feed, after).and(feed.locator('[data-mark=changed]')).waitFor()
  await post.getByTestId('post-content').getByText('Two.').waitFor()
  assert.equal(await post.getByTestId('post-title').textContent(), after)
  assert.equal(await card(feed, before).count(), 0)
  await assertNotReloaded(feed)
  await assertNotReloaded(post)
})

test('a deleted post vanishes everywhere', async (stage) => {
  const writer = await stage.person('/', 'alice')
  const title = unique('Soon gone')
  const id = await write(writer, { title, content: 'Not for long.' })
  const feed = await stage.person('/')
  const post = await stage.person(`/posts/${id}`)
  await card(feed, title).waitFor()
  await post.getByTestId('post').waitFor()

  await writer.getByTestId('post-delete').click()
  await writer.getByTestId('confirm-yes').click()

  await card(feed, title).waitFor({ state: 'detached' })
  await post.getByTestId('post-absent').waitFor()
  assert.equal(await sql(`select count(*) from posts where id = ${id}`), '0')
  await assertNotReloaded(feed)
})

test('a renamed author is renamed on every post and every page', async (stage) => {
  const old = `ann${Date.now().toString(36)}`
  const fresh = `${old}x`
  const author = await stage.person('/signup')
  await author.getByTestId('field-username').fill(old)
  await author.getByTestId('field-email').fill(`${old}@example.com`)
  await author.getByTestId('field-password').fill('a long enough secret')
  await author.getByTestId('signup-submit').click()
  await author.getByTestId('nav-profile').getByText(old, { exact: true }).waitFor()

  const titles = [unique('First of hers'), unique('Second of hers')]
  const ids = []
  for (const title of titles) ids.push(await write(author, { title, content: 'Signed.' }))
  const feed = await stage.person('/')
  const post = await stage.person(`/posts/${ids[0]}`)
  const byHer = (page, name) => page.getByTestId('post-author').getByText(name, { exact: true })
  await post.getByTestId('post').and(post.locator(`[data-post-id="${ids[0]}"]`)).waitFor()
  await byHer(feed, old).nth(1).waitFor()

  await author.getByTestId('nav-profile').click()
  await author.getByTestId('field-username').fill(fresh)
  await author.getByTestId('profile-submit').click()

  await author.getByTestId('nav-profile').getByText(fresh, { exact: true }).waitFor()
  await byHer(feed, fresh).nth(1).waitFor()
  await byHer(post, fresh).waitFor()
  assert.equal(await byHer(feed, old).count(), 0)
  await assertNotReloaded(feed)
  await assertNotReloaded(post)
})

test('a transaction with psql is seen whole', async (stage) => {
  const reader = await stage.person('/')
  await connection(reader, 'live').waitFor()
  const mark = unique('Of five')
  // Whenever any of them is shown, all are: looked at in every state of the page.
  await reader.evaluate((text) => {
    window.counts = new Set()
    new MutationObserver(() => {
      window.counts.add([...document.querySelectorAll('[data-testid=post-title]')].filter((e) => e.textContent.includes(text)).length)
    }).observe(document.body, { childList: true, subtree: true, characterData: true })
  }, mark)

  await sql(`begin;
    insert into posts (author_id, title, content, status)
      select (select min(id) from users), ${literal(mark)} || ' part ' || n, 'x', 'published' from generate_series(1, 5) as n;
    commit;`)

  await reader.waitForFunction(() => window.counts.has(5))
  assert.deepEqual((await reader.evaluate(() => [...window.counts])).filter((n) => n !== 0), [5])
})

test('an address that is nothing says so', async (stage) => {
  const page = await stage.person('/no/such/page')
  await page.getByTestId('not-found').waitFor()
  await page.goto(`${baseUrl}/posts/999999999`)
  await page.getByTestId('post-absent').waitFor()
})
