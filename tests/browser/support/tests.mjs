// The tests, in the order in which the files name them.
export const tests = []
export const test = (name, play) => { tests.push({ name, play }) }

// A title no other test, and no other run, has.
let count = 0
export const unique = (text) => `${text} ${process.pid}-${Date.now().toString(36)}-${count += 1}`
