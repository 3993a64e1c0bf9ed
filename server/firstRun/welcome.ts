import type { Config } from '../config.ts'

/** How somebody can sign in; known only when the data folder is made. */
export interface Credentials {
  username: string
  /** Undefined: none was made, so only the key signs in. */
  password: string | undefined
  /** Undefined: the one that ADMIN_API_KEY gave. */
  apiKey: string | undefined
}

/** What the first run made. */
export interface FirstRun {
  credentials: Credentials[]
  /** Opens the samples that are protected by a store password; undefined without sample data. */
  storePassword: string | undefined
}

/** What the first run prints, once and to standard output only: it is the one time that the credentials are known. */
export function welcome({ credentials, storePassword }: FirstRun, { dataDir }: Config): string {
  const rows = credentials.map(({ username, password, apiKey }) => [
    username,
    password ?? '(none)',
    apiKey ?? '(ADMIN_API_KEY)',
  ])
  const lines = aligned([['user', 'password', 'API key'], ...rows])
  const notes = [
    ...(storePassword ? [`Store password of the samples that have one: ${storePassword}`] : []),
    ...(credentials.some(({ password }) => !password) ? ['A password for admin: npm run user -- passwd admin'] : []),
  ]
  return [
    '',
    `New data folder: ${dataDir}`,
    'These are shown this once and kept nowhere; a new password: npm run user -- passwd NAME',
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
