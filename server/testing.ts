import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from './app.ts'
import { readConfig } from './config.ts'
import { createLog } from './log.ts'
import { setUp } from './setup.ts'

/** The admin key of every test server. */
export const ADMIN_KEY = 'dGVzdC1hZG1pbi1rZXk'

/** What a test server is asked: `json` or `form` become the body with its content type. */
export interface TestRequest {
  as?: string
  method?: string
  headers?: Record<string, string>
  json?: unknown
  form?: Record<string, string | Blob>
  text?: string
}

/** A server on a data folder of its own, with a real database; `close()` removes both. */
export async function startTestServer(environment: Record<string, string> = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'concord-console-'))
  const config = readConfig({
    DATA_DIR: dataDir,
    ADMIN_API_KEY: ADMIN_KEY,
    SAMPLE_DATA: 'off',
    LOG_LEVEL: 'error',
    ...environment,
  })
  const services = await setUp(config, createLog(config.logLevel))
  const app = createApp(services)

  /** Sends a request with the given API key (the admin's unless told; '' for none). */
  const request = (path: string, { as = ADMIN_KEY, method, headers, json, form, text }: TestRequest = {}) => {
    const body = json !== undefined ? JSON.stringify(json) : form ? formData(form) : text
    return app.request(path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        ...(as ? { Authorization: as } : {}),
        ...(json !== undefined ? { 'Content-Type': 'application/json' } : {}),
        ...(text !== undefined ? { 'Content-Type': 'text/plain' } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    })
  }

  return {
    app,
    services,
    dataDir,
    request,
    async close() {
      await services.db.destroy()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

export type TestServer = Awaited<ReturnType<typeof startTestServer>>

function formData(fields: Record<string, string | Blob>) {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.append(name, value)
  return data
}
