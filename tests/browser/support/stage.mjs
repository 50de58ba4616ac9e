// What a test plays on: people, each with a browser of his own (cookies, storage), on pages that are watched.
import { strict as assert } from 'node:assert'
import { mkdir } from 'node:fs/promises'
import { chromium } from 'playwright-core'
import { baseUrl, password } from './suite.mjs'

const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
]

export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, args: flags })

// Where the suite runs in containers of this machine, one that starts again changes the machine's interfaces, and for
// seconds after it Chromium breaks off whatever it is loading (ERR_NETWORK_CHANGED). That is no fault of the page:
// it is opened once more. A page that is open and live must stand it, and no test of that goes through here.
async function open(page, url) {
  const deadline = Date.now() + 15_000
  for (;;) {
    let disturbed = false
    const note = (request) => { disturbed ||= isNetworkChange(request.failure()?.errorText) }
    page.on('requestfailed', note)
    try {
      await page.goto(url)
    } catch (problem) {
      if (!isNetworkChange(problem.message)) throw problem
      disturbed = true
    } finally {
      page.off('requestfailed', note)
    }
    if (!disturbed || Date.now() > deadline) return
  }
}

const isNetworkChange = (text) => (text ?? '').includes('ERR_NETWORK_CHANGED')

export class Stage {
  #browser
  #pages = []
  #problems = []

  constructor(browser) { this.#browser = browser }

  // A page in a browser of its own, on `path`; signed in as `username` where one is given.
  async person(path = '/', username) {
    const context = await this.#browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1200, height: 900 } })
    context.setDefaultTimeout(15_000)
    const page = await context.newPage()
    this.#pages.push(page)
    page.on('pageerror', (problem) => this.#problems.push(`uncaught in the page: ${problem.stack ?? problem}`))
    page.on('console', (message) => {
      if (/Content.Security.Policy|TrustedHTML|trusted type/i.test(message.text())) this.#problems.push(message.text())
    })
    if (username) {
      await open(page, `${baseUrl}/login?next=${encodeURIComponent(path)}`)
      await signIn(page, username)
      await page.waitForURL(baseUrl + path)
    } else {
      await open(page, baseUrl + path)
    }
    await page.evaluate(() => { window.sameDocument = true })
    return page
  }

  // What no test may end with: an error nobody caught, or a policy that was broken.
  assertNoProblems() { assert.deepEqual(this.#problems, []) }

  async photograph(folder, name) {
    await mkdir(folder, { recursive: true })
    for (const [i, page] of this.#pages.entries()) {
      await page.screenshot({ path: `${folder}/${name}-${i}.png` }).catch(() => {})
    }
  }

  async close() { await Promise.all(this.#pages.map((page) => page.context().close())) }
}

export async function signIn(page, username, secret = password) {
  await page.getByTestId('field-username').fill(username)
  await page.getByTestId('field-password').fill(secret)
  await page.getByTestId('login-submit').click()
}

// The feed's card with that title.
export const card = (page, title) =>
  page.getByTestId('post-card').filter({ has: page.getByTestId('post-title').getByText(title, { exact: true }) })

export const connection = (page, state) => page.locator(`[data-testid=connection][data-state=${state}]`)

// Everything that was seen came without a reload.
export const assertNotReloaded = async (page) =>
  assert.equal(await page.evaluate(() => window.sameDocument), true, 'the page was loaded anew')

// Writes a post in the editor and returns its id, from the address where the page goes then.
export async function write(page, { title, content, tags = [], draft = false }) {
  await page.getByTestId('nav-write').click()
  await page.getByTestId('field-title').fill(title)
  for (const tag of tags) {
    await page.getByTestId('field-tags').fill(tag)
    await page.getByTestId('field-tags').press('Enter')
  }
  await page.getByTestId('field-content').fill(content)
  await page.getByTestId(draft ? 'editor-save-draft' : 'editor-publish').click()
  await page.waitForURL(/\/posts\/\d+$/)
  return Number(page.url().match(/\d+$/)[0])
}
