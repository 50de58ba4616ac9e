import { useSession } from '../composables/useSession'
import { answerWith, json } from './http'

export const alice = { user_id: 7, name: 'alice', email: 'alice@example.org' }

// The session is one for the whole page, and so for the whole test file: it must be put right each time.
export async function signIn(user = alice): Promise<void> {
  answerWith(() => json(200, { user }))
  await useSession().login({ username: user.name, password: 'secret' })
}

export async function signOut(): Promise<void> {
  answerWith(() => json(200, {}))
  await useSession().logout()
}
