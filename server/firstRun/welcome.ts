import type { Config } from '../config.ts'

/** How a user can sign in; known only when the data folder is created. */
export interface Credentials {
  username: string
  /** Undefined if there is no password and only the key works. */
  password: string | undefined
  /** Undefined if the key came from ADMIN_API_KEY. */
  apiKey: string | undefined
}

/** The result of the first run. */
export interface FirstRun {
  credentials: Credentials[]
  /** The store password of the samples that have one; undefined without sample data. */
  storePassword: string | undefined
}

/** The text that the first run prints to standard output. The credentials are never shown again. */
export function welcome({ credentials, storePassword }: FirstRun, { dataDir }: Config): string {
  const rows = credentials.map(({ username, password, apiKey }) => [
    username,
    password ?? '(none)',
    apiKey ?? '(ADMIN_API_KEY)',
  ])
  const lines = aligned([['user', 'password', 'API key'], ...rows])
  const notes = [
    ...(storePassword ? [`Store password of the samples that have one: ${storePassword}`] : []),
    ...(credentials.some(({ password }) => !password)
      ? ['To give admin a password: npm run user -- passwd admin']
      : []),
  ]
  return [
    '',
    `New data folder: ${dataDir}`,
    'These are shown only once and not stored. To set a new password: npm run user -- passwd NAME',
    '',
    ...lines.map((line) => `  ${line}`),
    '',
    ...notes.map((note) => `${note}\n`),
  ].join('\n')
}

function aligned(rows: string[][]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('   ')
      .trimEnd(),
  )
}
