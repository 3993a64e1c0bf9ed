import { type Answer, send } from './http.ts'
import { type Form, MULTIPART, multipart } from './multipart.ts'
import { server } from './server.ts'

export interface Content {
  json?: unknown
  form?: Form
  /** A raw body with the content type `type`, if any. */
  body?: string | Buffer
  type?: string
  headers?: Record<string, string>
  accept?: string
  cookie?: string
  query?: Record<string, string | number>
}

/** A client that always sends the same credentials. */
export class Caller {
  constructor(readonly credentials: Record<string, string>) {}

  get = (path: string, content?: Content) => this.send('GET', path, content)
  head = (path: string, content?: Content) => this.send('HEAD', path, content)
  options = (path: string, content?: Content) => this.send('OPTIONS', path, content)
  post = (path: string, content?: Content) => this.send('POST', path, content)
  put = (path: string, content?: Content) => this.send('PUT', path, content)
  delete = (path: string, content?: Content) => this.send('DELETE', path, content)

  send(method: string, path: string, content: Content = {}): Promise<Answer> {
    const { json, form, body, type, headers, accept, cookie, query } = content
    const [bytes, defaultType] =
      json !== undefined
        ? [Buffer.from(JSON.stringify(json)), 'application/json']
        : form
          ? [multipart(form), MULTIPART]
          : [body === undefined ? undefined : Buffer.from(body), undefined]
    const contentType = type ?? defaultType
    const search = query
      ? `?${new URLSearchParams(Object.entries(query).map(([k, v]): [string, string] => [k, String(v)]))}`
      : ''
    return send(server.url, {
      ...{ method, path: path + search.replaceAll('+', '%20'), body: bytes },
      headers: {
        ...this.credentials,
        ...(contentType === undefined ? {} : { 'Content-Type': contentType }),
        ...(accept === undefined ? {} : { Accept: accept }),
        ...(cookie === undefined ? {} : { Cookie: cookie }),
        ...headers,
      },
    })
  }
}

export const withKey = (key: string) => new Caller({ Authorization: key })
export const withHeaders = (headers: Record<string, string>) => new Caller(headers)
export const anonymous = new Caller({})
export const admin = withKey(server.adminKey)

/** `Authorization: Basic …` */
export const basic = (username: string, password: string) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

/** The value of a cookie that a response sets; undefined if it sets none or deletes it. */
export function cookieValue(answer: Answer, name: string): string | undefined {
  for (const cookie of answer.headers['set-cookie'] ?? []) {
    const value = new RegExp(`^${name}=([^;]+)`).exec(cookie)?.[1]
    if (value && value !== 'deleteMe') return value
  }
  return undefined
}
