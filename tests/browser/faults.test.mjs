// What a reader sees while parts of the suite are killed: that it is stale, what it had, and then everything.
import { strict as assert } from 'node:assert'
import { assertNotReloaded, card, connection } from './support/stage.mjs'
import { kill, literal, sql } from './support/suite.mjs'
import { test, unique } from './support/tests.mjs'

const publish = (title) => sql(`insert into posts (author_id, title, content, status)
  select min(id), ${literal(title)}, 'x', 'published' from users`)

// A database that was just killed needs a moment.
async function publishWhenPossible(title) {
  const deadline = Date.now() + 30_000
  for (;;) {
    try { return await publish(title) } catch (problem) { if (Date.now() > deadline) throw problem }
    await new Promise((resolve) => { setTimeout(resolve, 200) })
  }
}

// Every state that the page says its connection is in, from now on.
const watchConnection = (page) => page.evaluate(() => {
  const element = document.querySelector('[data-testid=connection]')
  window.states = [element.dataset.state]
  new MutationObserver(() => window.states.push(element.dataset.state)).observe(element, { attributeFilter: ['data-state'] })
})

// A killed database is back before the next heartbeat could tell the page of it; its connection stays.
for (const [service, isNoticed] of [['edge', true], ['proxy', true], ['postgres', false]]) {
  test(`killed: ${service}. The page keeps what it shows${isNoticed ? ', says that it is stale' : ''}, and catches up`, async (stage) => {
    const page = await stage.person('/')
    const before = unique(`Before ${service} was killed`)
    await connection(page, 'live').waitFor()
    await publish(before)
    await card(page, before).waitFor()
    await watchConnection(page)

    await kill(service)

    if (isNoticed) await page.waitForFunction(() => window.states.includes('stale'))
    assert.equal(await card(page, before).count(), 1)
    await connection(page, 'live').waitFor({ timeout: 45_000 })

    const after = unique(`After ${service} was killed`)
    await publishWhenPossible(after)
    await card(page, after).waitFor()
    assert.equal(await card(page, before).count(), 1)
    assert.equal(await card(page, after).count(), 1)
    await assertNotReloaded(page)
  })
}
