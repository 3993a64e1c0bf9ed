import { rmSync } from 'node:fs'

/** Playwright calls this after the last story, when the server has stopped. */
// biome-ignore lint/style/noDefaultExport: Playwright takes the default export of its global teardown.
export default function removeDataFolder() {
  if (process.env.E2E_DATA_DIR) rmSync(process.env.E2E_DATA_DIR, { recursive: true, force: true })
}
