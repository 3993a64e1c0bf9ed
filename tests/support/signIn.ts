import { createHook } from 'node:async_hooks'
import { expect } from 'vitest'
import { hashPassword } from '../../server/vault/password.ts'
import { CHEAP, givenUser, type TestServer } from './testServer.ts'

export const WHOAMI = '/api/service/console/whoami'
export const LOGOUT = '/api/service/console/logout'
/** An endpoint that is not one of the console's. */
export const ORG = '/api/v1/org/Default'

export const PASSWORD = 'correct horse battery'

/** A user who signs in with PASSWORD, and has an API key too. */
export async function givenUserWithPassword(server: TestServer, username: string) {
  const user = await givenUser(server, username)
  const passwordHash = await hashPassword(PASSWORD, CHEAP)
  await server.services.db.updateTable('users').set({ passwordHash }).where('id', '=', user.id).execute()
  return user
}

export const SESSION = { 'X-Concord-EnableSession': 'true' }
export const REMEMBER = { 'X-Concord-RememberMe': 'true' }

export const encoded = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
export const basic = (name: string, password: string) => encoded(`${name}:${password}`)

/** Returns `name=value` of a cookie that a response sets, as a browser would send it back. */
export function cookieOf(answer: Response, name: string): string {
  const values = answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0] ?? '')
    .filter((cookie) => cookie.startsWith(`${name}=`) && !cookie.endsWith('=deleteMe'))
  expect(values).toHaveLength(1)
  return values[0] ?? ''
}

/** Resolves when a password is being verified: the next time that scrypt starts. */
export function passwordIsVerified() {
  return new Promise<void>((resolve) => {
    const starting = createHook({
      init(_, type) {
        if (type !== 'SCRYPTREQUEST') return
        starting.disable()
        resolve()
      },
    }).enable()
  })
}

/** The empty 401: no credentials, or unknown ones. */
export async function expectRefusal(answer: Response) {
  expect(answer.status).toBe(401)
  expect(answer.headers.get('Content-Type')).toBe('application/json')
  expect(await answer.text()).toBe('')
}
