/**
 * Requests to Concord's API with a user's API key. They throw unless the response is a success.
 * @param {string} url
 * @param {string} key
 */
export function apiOf(url, key) {
  /** @param {string} path @param {RequestInit} init */
  const send = async (path, init = {}) => {
    const response = await fetch(url + path, { ...init, headers: { Authorization: key, ...init.headers } })
    const text = await response.text()
    if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${path}: ${response.status} ${text}`)
    return { response, text }
  }
  /** @param {string} path @param {RequestInit} init */
  const json = async (path, init = {}) => {
    const { text } = await send(path, init)
    return text === '' ? undefined : JSON.parse(text)
  }
  return {
    /** @param {string} path */
    get: (path) => json(path),
    /** @param {string} path @param {unknown} body @param {'POST' | 'PUT'} method */
    send: (path, body, method = 'POST') =>
      json(path, { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
    /** @param {string} path @param {Record<string, string | Blob>} fields */
    form: (path, fields) => {
      const body = new FormData()
      for (const [name, value] of Object.entries(fields)) body.append(name, value)
      return json(path, { method: 'POST', body })
    },
    /** Opens a session, and returns its cookie. */
    session: async () => {
      const { response } = await send('/api/service/console/whoami', { headers: { 'X-Concord-EnableSession': 'true' } })
      const cookie = response.headers.getSetCookie().find((each) => each.startsWith('JSESSIONID='))
      if (!cookie) throw new Error('No session was opened')
      return cookie.split(';')[0] ?? ''
    },
  }
}

/**
 * Runs a function for each item, some at a time.
 * @template T
 * @param {Iterable<T>} items
 * @param {(item: T) => Promise<unknown>} run
 */
export async function each(items, run, atOnce = 8) {
  const rest = items[Symbol.iterator]()
  const worker = async () => {
    for (let next = rest.next(); !next.done; next = rest.next()) await run(next.value)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
