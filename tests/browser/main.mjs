// Runs the tests of *.test.mjs, one after another, each on a stage of its own, and prints 'N passed, N failed'.
//
//   node main.mjs [PART OF A NAME]…      only tests whose name contains one of the parts
//
// A test that fails leaves pictures of its pages in output/.
import { readdir } from 'node:fs/promises'
import { Stage, launch } from './support/stage.mjs'
import { tests } from './support/tests.mjs'

const here = new URL('.', import.meta.url)
const wanted = process.argv.slice(2)
const limit = 90_000

// What kills parts of the suite comes last: for seconds after it, new pages may be disturbed (support/stage.mjs).
const order = (name) => (name.startsWith('faults') ? `~${name}` : name)
const files = (await readdir(here)).filter((name) => name.endsWith('.test.mjs'))
for (const file of files.sort((a, b) => (order(a) < order(b) ? -1 : 1))) await import(new URL(file, here))

function within(ms, work) {
  let timer
  const late = new Promise((_resolve, reject) => { timer = setTimeout(() => reject(new Error(`not done after ${ms / 1000} s`)), ms) })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

const browser = await launch()
let passed = 0
let failed = 0
for (const { name, play } of tests) {
  if (wanted.length && !wanted.some((part) => name.includes(part))) continue
  const stage = new Stage(browser)
  const began = Date.now()
  try {
    await within(limit, play(stage))
    stage.assertNoProblems()
    passed += 1
    console.log(`ok     ${name}  ${((Date.now() - began) / 1000).toFixed(1)} s`)
  } catch (problem) {
    failed += 1
    console.log(`FAILED ${name}\n${String(problem.stack ?? problem).replace(/^/gm, '       ')}`)
    await stage.photograph(new URL('output', here).pathname, name.replace(/\W+/g, '-'))
  } finally {
    await within(10_000, stage.close()).catch(() => {})
  }
}
await browser.close()
console.log(`\n${passed} passed, ${failed} failed`)
process.exit(failed || !passed ? 1 : 0)
