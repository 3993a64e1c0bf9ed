import { Hono } from 'hono'
import { z } from 'zod'
import type { Env } from './call.ts'
import { fileField } from './multipart.ts'
import { operation, resource } from './operation.ts'
import { flagParameter, intParameter, textParameter, uuidParameter } from './parameters.ts'

/*
 * Type tests of operations: a handler gets only what its operation declares. Each line below an `@ts-expect-error` must
 * be an error for `tsc`. Nothing here runs.
 */

const app = new Hono<Env>()
const body = z.object({ name: z.string() })

resource(app, '/org/:orgName/thing/:id', {
  GET: operation(
    { summary: '', path: { id: uuidParameter }, query: { offset: intParameter, deep: flagParameter } },
    (_, { path, query, ...input }): [string, string, number | undefined, boolean | undefined] => {
      // @ts-expect-error
      path.secretName
      // @ts-expect-error
      query.limit
      // @ts-expect-error
      query.offset + 1
      // @ts-expect-error
      input.body.name
      // @ts-expect-error
      input.form.text('name')
      return [path.orgName, path.id, query.offset, query.deep]
    },
  ),
  POST: operation({ summary: '', body }, (_, input): string => input.body.name),
  PUT: operation({ summary: '', body: body.optional() }, (_, input): string | undefined => {
    // @ts-expect-error an empty body is undefined here
    input.body.name
    return input.body?.name
  }),
  // @ts-expect-error the path has no such parameter
  DELETE: operation({ summary: '', path: { name: uuidParameter } }, () => undefined),
})

resource(app, '/form', {
  POST: operation({ summary: '', form: { name: textParameter, key: fileField.optional() } }, (_, { form }) => {
    form.text('name')
    form.bytes('key')
    // @ts-expect-error
    form.text('other')
    // @ts-expect-error a file is no text
    form.text('key')
    // @ts-expect-error a text is no file
    form.bytes('name')
    // @ts-expect-error nor a flag
    form.flag('name')
  }),
})
