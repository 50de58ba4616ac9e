// Who one is: signing in and up, and what goes wrong there.
import { strict as assert } from 'node:assert'
import { signIn, write } from './support/stage.mjs'
import { baseUrl, password } from './support/suite.mjs'
import { test, unique } from './support/tests.mjs'

test('a wrong password, an unknown user and empty fields are refused with a reason', async (stage) => {
  const page = await stage.person('/login')
  const wrong = [[`nobody${Date.now().toString(36)}`, password], ['erin', 'not her password'], ['', '']]
  for (const [username, secret] of wrong) {
    await signIn(page, username, secret)
    const reason = page.locator('[data-testid=problem], [data-testid=problem-username], [data-testid=problem-password]')
    await reason.first().waitFor()
    assert.notEqual((await reason.first().textContent()).trim(), '')
    assert.equal(new URL(page.url()).pathname, '/login')
    await page.reload()
  }
  await signIn(page, 'erin')
  await page.getByTestId('nav-profile').getByText('erin').waitFor()
})

test('a taken name is refused at sign-up, beside its field', async (stage) => {
  const page = await stage.person('/signup')
  await page.getByTestId('field-username').fill('alice')
  await page.getByTestId('field-email').fill(`${Date.now()}@example.com`)
  await page.getByTestId('field-password').fill('a long enough secret')
  await page.getByTestId('signup-submit').click()
  await page.getByTestId('problem-username').waitFor()
})

test('who must sign in first comes back to where he wanted to go', async (stage) => {
  const page = await stage.person('/write')
  await page.waitForURL(/\/login\?next=/)
  await signIn(page, 'bob')
  await page.waitForURL(`${baseUrl}/write`)
  await page.getByTestId('field-title').waitFor()
})

test('signing out ends it, and the cookie was out of reach of scripts', async (stage) => {
  const page = await stage.person('/', 'dave')
  assert.equal(await page.evaluate(() => document.cookie), '')
  const [cookie] = (await page.context().cookies()).filter(({ name }) => name === 'blog_session')
  assert.deepEqual([cookie.httpOnly, cookie.secure, cookie.sameSite], [true, true, 'Strict'])
  await page.getByTestId('logout').click()
  await page.getByTestId('nav-login').waitFor()
  assert.equal((await page.context().cookies()).some(({ name }) => name === 'blog_session'), false)
})

test('a post that is not valid keeps its text and says what to mend', async (stage) => {
  const page = await stage.person('/write', 'bob')
  await page.getByTestId('field-content').fill('A text without a title.')
  await page.getByTestId('editor-publish').click()
  await page.getByTestId('problem-title').waitFor()
  assert.equal(await page.getByTestId('field-content').inputValue(), 'A text without a title.')
})

test('what a post says is shown, and never run', async (stage) => {
  const writer = await stage.person('/', 'bob')
  const title = unique('Hostile')
  const id = await write(writer, {
    title,
    content: '<img src=x onerror="window.harmed = true"><script>window.harmed = true</script>\n\n[link](javascript:window.harmed=true)\n\nHarmless.',
  })
  const reader = await stage.person(`/posts/${id}`)
  await reader.getByTestId('post-content').getByText('Harmless.').waitFor()
  assert.equal(await reader.locator('[data-testid=post-content] script, [data-testid=post-content] img[src="x"]').count(), 0)
  assert.equal(await reader.locator('a[href^="javascript:"]').count(), 0)
  assert.equal(await reader.evaluate(() => window.harmed), undefined)
})
