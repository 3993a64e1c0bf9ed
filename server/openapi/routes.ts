import type { Hono } from 'hono'
import { CONCORD_VERSION } from '../health/version.ts'
import type { Env } from '../http/call.ts'
import { endpointsOf, operation, resource } from '../http/operation.ts'
import { type OpenApiDocument, openApiDocument } from './document.ts'

/** The OpenAPI document. Like everything except Concord's own anonymous paths, it requires a sign-in. */
export function openApiRoutes(app: Hono<Env>) {
  let document: OpenApiDocument | undefined
  resource(app, '/api/openapi.json', {
    GET: operation({ summary: 'Describe this API (OpenAPI 3.1)', compresses: true }, () => {
      document ??= openApiDocument(endpointsOf(app), CONCORD_VERSION)
      return document
    }),
  })
}
