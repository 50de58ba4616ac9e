// The suite under test, as its environment says: the same tests serve a native one and compose's.
//
//   BASE_URL      where HAProxy answers, https://localhost:8443
//   SUITE_PSQL    command that runs psql as blog_owner: a JSON array
//   SUITE_KILL    command that ends a service with SIGKILL, given edge, postgres or proxy: a JSON array
import { execFile } from 'node:child_process'
import { request } from 'node:https'

const needed = (name) => process.env[name] ?? fail(`${name} is not set: start the tests with tests/browser/run`)
const fail = (message) => { throw new Error(message) }

export const baseUrl = needed('BASE_URL').replace(/\/$/, '')
export const password = 'edge-demo' // every demo user's, see db/demo.sql

const command = ([file, ...args], input) => new Promise((resolve, reject) => {
  const child = execFile(file, args, { timeout: 30_000 }, (problem, stdout, stderr) =>
    problem ? reject(new Error(`${file}: ${stderr || problem.message}`)) : resolve(stdout.trim()))
  child.stdin.on('error', () => {}) // it ended before it had read all: its exit code tells
  child.stdin.end(input)
})

// What any other client of the database would do.
export const sql = (text) =>
  command([...JSON.parse(needed('SUITE_PSQL')), '-XqAt', '-v', 'ON_ERROR_STOP=1'], text)

export const literal = (text) => `'${text.replaceAll("'", "''")}'`

export const kill = (service) => command([...JSON.parse(needed('SUITE_KILL')), service], '')

// One answer, whole: { status, headers, text }. The certificate is of our own making.
export function ask(path, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const call = request(baseUrl + path, { method, headers, rejectUnauthorized: false, timeout: 15_000 }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part) => { text += part })
        .on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text })).on('error', reject)
    })
    call.on('timeout', () => call.destroy(new Error(`${method} ${path}: no answer`))).on('error', reject)
    call.end(body)
  })
}

// A user's token, without a browser.
export async function tokenOf(username) {
  const body = JSON.stringify({ username, password })
  const { status, text } = await ask('/api/login', {
    method: 'POST', headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }, body,
  })
  if (status !== 200) throw new Error(`login as ${username}: ${status} ${text}`)
  return JSON.parse(text).token
}

// Every byte of a stream, as a client sees it who is no browser: { status, received(), close() }.
// Resolves when the first frame is there, or the answer is no stream.
export function openStream(path, headers = {}) {
  return new Promise((resolve, reject) => {
    let text = ''
    const call = request(baseUrl + path, { headers: { Accept: 'text/event-stream', ...headers }, rejectUnauthorized: false }, (answer) => {
      const stream = { status: answer.statusCode, received: () => text, close: () => call.destroy() }
      answer.setEncoding('utf8').on('data', (part) => {
        text += part
        if (text.includes('event: init')) resolve(stream)
      }).on('end', () => resolve(stream)).on('error', () => resolve(stream))
    })
    call.on('error', reject)
    call.end()
  })
}
