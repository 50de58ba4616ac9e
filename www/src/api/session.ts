// Who is signed in. The token lives in an HttpOnly cookie, out of this page's reach and care.
import { ApiError } from './errors'
import { send } from './http'
import type { Credentials, SignUp, User } from './types'
import { urls } from './urls'

export async function getSession(): Promise<User | null> {
  try {
    const { user } = await send<{ user: User }>('GET', urls.session)
    return user
  } catch (problem) {
    if (problem instanceof ApiError && problem.status === 401) return null
    throw problem
  }
}

export async function login(credentials: Credentials): Promise<User> {
  const { user } = await send<{ user: User }>('POST', urls.login, credentials)
  return user
}

export async function logout(): Promise<void> {
  await send('POST', urls.logout)
}

export async function signUp(wanted: SignUp): Promise<void> {
  await send('POST', urls.users, wanted)
}

export async function rename(wanted: { username?: string, email?: string }): Promise<User> {
  const { user } = await send<{ user: User }>('PATCH', urls.session, wanted)
  return user
}
