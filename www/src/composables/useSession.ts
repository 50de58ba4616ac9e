// Who reads this page. One for the whole page; other tabs are told to look again, not what to believe.
import { computed, readonly, shallowRef } from 'vue'
import * as api from '../api/session'
import type { Credentials, SignUp, User } from '../api/types'
import { forgetUnsaved } from './useUnsaved'

const user = shallowRef<User | null>(null)
const generation = shallowRef(0) // moves when another reader takes over
const asked = shallowRef(false) // until then nobody knows
let known: Promise<void> | undefined
let mayHoldDeadCookie = true

const bell = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('session')
bell?.addEventListener('message', () => { void load() })

function become(next: User | null): void {
  if (next?.user_id !== user.value?.user_id) generation.value += 1
  if (next) mayHoldDeadCookie = true
  user.value = next
  asked.value = true
  known = Promise.resolve() // whatever is still being asked is answered too late
}

// Never rejects: where the service cannot be reached the reader stays who he was.
async function load(): Promise<void> {
  try {
    become(await api.getSession())
  } catch {
    known = undefined
  }
}

function settled(): Promise<void> {
  known ??= ask()
  return known
}

function ask(): Promise<void> {
  const asking: Promise<void> = api.getSession().then(
    (found) => { if (known === asking) user.value = found }, // whatever is open was opened by this very reader
    () => { if (known === asking) known = undefined }, // the next one to need it asks again
  ).finally(() => { asked.value = true })
  return asking
}

async function login(credentials: Credentials): Promise<void> {
  become(await api.login(credentials))
  bell?.postMessage(null)
}

async function signUp(wanted: SignUp): Promise<void> {
  await api.signUp(wanted)
  await login({ username: wanted.username, password: wanted.password }) // a field too many is refused
}

async function logout(): Promise<void> {
  await api.logout()
  forgetUnsaved()
  become(null)
  bell?.postMessage(null)
}

async function rename(wanted: { username?: string, email?: string }): Promise<void> {
  become(await api.rename(wanted))
  bell?.postMessage(null)
}

// Somebody answered 401. A cookie that is no longer good would spoil even what everybody may read, so it goes; once,
// since where that does not help, nothing here will.
async function doubt(): Promise<void> {
  const found = await api.getSession().catch(() => undefined)
  if (found === undefined) return
  if (found || !mayHoldDeadCookie) {
    become(found)
    return
  }
  mayHoldDeadCookie = false
  await api.logout().catch(() => undefined)
  user.value = null
  generation.value += 1
}

export function useSession() {
  return {
    user: readonly(user),
    generation: readonly(generation),
    asked: readonly(asked),
    signedIn: computed(() => user.value !== null),
    settled, login, signUp, logout, rename, doubt,
  }
}
