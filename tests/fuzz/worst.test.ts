import { sql } from 'kysely'
import { afterAll, describe, expect, test } from 'vitest'
import { MAX_BODY_BYTES } from '../../server/app.ts'
import type { OpenApiDocument } from '../../server/openapi/document.ts'
import { jsonYardstick, longestStandstill } from '../support/standstill.ts'
import { startTestServer } from '../support/testServer.ts'
import { isChosen, operationsOf, type WorstRequest } from './worst.ts'
import { givenWords } from './worstWords.ts'

/** How often 2 MB of JSON could be read and written while the event loop is blocked; about 400 ms on a fast machine. */
const LONGEST = 20
/** A garbage collection in the middle makes a measurement longer, never shorter. */
const TRIES = 3
/** Base64 of the UTF-8 replacement character for each invalid byte: no response is much larger than its request. */
const LARGEST_ANSWER = 5 * MAX_BODY_BYTES

let yardstick = jsonYardstick()
const server = await startTestServer({ REQUESTS_PER_SECOND: 'off', LOG_LEVEL: 'silent' })
afterAll(() => server.close())
// This data need not survive a crash, and the setup writes much.
await sql`PRAGMA synchronous = OFF`.execute(server.services.db)
const operations = operationsOf((await (await server.request('/api/openapi.json')).json()) as OpenApiDocument)

async function measure({ method, address, headers, body }: WorstRequest, key: string) {
  const bytes = method === 'GET' ? undefined : body?.()
  const init = { method, headers: { Authorization: key, ...headers }, ...(bytes ? { body: bytes } : {}) }
  let size = 0
  const stretch = await longestStandstill(async () => {
    const response = await server.app.request(address, init)
    size = (await response.arrayBuffer()).byteLength
  })
  return { stretch, size }
}

describe('the largest requests do not block the event loop', () => {
  test.each(operations)(
    '%s',
    async (_, requestsWith) => {
      const slow: string[] = []
      for (const { name } of requestsWith({}).filter(isChosen)) {
        let shortest = Number.POSITIVE_INFINITY
        for (let i = 0; i < TRIES && shortest > LONGEST; i++) {
          // With fresh data: a previous request may have changed it.
          const { key, ...words } = await givenWords(server)
          const request = requestsWith(words).find((each) => each.name === name)
          if (!request) throw new Error(`There is no request ${name}`)
          const { stretch, size } = await measure(request, key)
          // Measured again when it matters: the machine may have become busier.
          if (stretch > LONGEST * yardstick) yardstick = Math.max(yardstick, jsonYardstick())
          shortest = Math.min(shortest, stretch / yardstick)
          expect(size, name).toBeLessThan(LARGEST_ANSWER)
        }
        if (shortest > LONGEST) slow.push(`${name}: ${Math.round(shortest)} × the yardstick`)
      }
      expect(slow).toEqual([])
    },
    600_000,
  )
})
