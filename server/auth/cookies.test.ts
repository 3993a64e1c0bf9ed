import { expect, test } from 'vitest'
import { REMEMBER, SESSION, WHOAMI } from '../../tests/support/signIn.ts'
import { givenUser, startTestServer } from '../../tests/support/testServer.ts'

test.each([
  ['on', true],
  ['off', false],
])(
  'with SECURE_COOKIES=%s cookies are Secure: %s; they are always HttpOnly and SameSite',
  async (setting, isSecure) => {
    const server = await startTestServer({ SECURE_COOKIES: setting })
    try {
      const user = await givenUser(server, 'ann')
      const answer = await server.request(WHOAMI, { as: user.key, headers: { ...SESSION, ...REMEMBER } })
      const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split('; '))
      expect(cookies.map(([first]) => first?.split('=')[0])).toEqual(['JSESSIONID', 'rememberMe'])
      for (const [, ...attributes] of cookies) {
        expect(attributes.includes('Secure')).toBe(isSecure)
        expect(attributes).toEqual(
          expect.arrayContaining(['Path=/', 'HttpOnly', expect.stringMatching(/^SameSite=lax$/i)]),
        )
        expect(attributes.join(' ')).not.toMatch(/domain/i)
      }
    } finally {
      await server.close()
    }
  },
)
