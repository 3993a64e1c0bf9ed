import type { Setup } from './setup.ts'

/** What the first run prints, once and to standard output only: it is the one time that the credentials are known. */
export function welcome({ firstRun, config }: Setup): string {
  if (!firstRun) return ''
  const key = firstRun.adminApiKeyWasGiven ? 'the one in ADMIN_API_KEY' : firstRun.adminApiKey
  return ['', `New data folder: ${config.dataDir}`, '', `  user    admin`, `  API key ${key}`, ''].join('\n')
}
