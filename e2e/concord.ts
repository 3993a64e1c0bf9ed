import { expect } from '@playwright/test'

/** The URL of the console and its API: the server that playwright.config.ts starts, or a running one. */
export const concordUrl = () => setting('CONCORD_URL')

function setting(name: string) {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set`)
  return value.replace(/\/$/, '')
}

/** A user who can sign in. */
export type User = { id: string; username: string; displayName: string; apiKey: string }

/** The first admin, who sets up a story. */
export const admin = () => ({ username: 'admin', apiKey: setting('CONCORD_ADMIN_KEY') })

type Call = {
  as?: Pick<User, 'apiKey'>
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  json?: unknown
  text?: string
  form?: Record<string, string | Blob | undefined>
}

/** Sends a request to Concord's REST API, outside the browser. */
export function send(path: string, { as = admin(), method, json, text, form }: Call = {}): Promise<Response> {
  const body = form ? formData(form) : json === undefined ? text : JSON.stringify(json)
  return fetch(concordUrl() + path, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { Authorization: as.apiKey, ...(json !== undefined && { 'Content-Type': 'application/json' }) },
    ...(body !== undefined && { body }),
  })
}

/** Like `send`, but throws unless the response is a success, and returns its JSON. */
export async function call<T>(path: string, options?: Call): Promise<T> {
  const response = await send(path, options)
  const text = await response.text()
  expect(response.status, `${options?.method ?? ''} ${path}: ${text}`).toBe(200)
  return JSON.parse(text)
}

function formData(fields: NonNullable<Call['form']>) {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue
    // Concord reads text without a charset as US-ASCII.
    data.append(name, value instanceof Blob ? value : new Blob([value], { type: 'text/plain;charset=UTF-8' }))
  }
  return data
}

/** Joins encoded path segments. */
export const path = (strings: TemplateStringsArray, ...values: string[]) =>
  String.raw({ raw: strings }, ...values.map(encodeURIComponent))
