import { recall, remember } from '#api/tabMemory.ts'
import { markUnreachable, whenReachable } from '#api/unreachable.ts'

/** The entry script of the version that this tab has reloaded the page to leave. */
const RELOADED = 'reloaded'
const VERSION = import.meta.url

/**
 * Loads the code of a page. The router never loads it again once that failed, so it must not see that the server is
 * unreachable: the current page stays until the server is back. If the server then still lacks the code, a newer version
 * was installed meanwhile: the page is reloaded, once. What throws while it runs, loading again does not mend.
 */
export async function patiently<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    if (!isNotFetched(error)) throw error
    markUnreachable()
    await whenReachable()
  }
  try {
    return await load()
  } catch (error) {
    if (!isNotFetched(error)) throw error
    if (!isFirstReload()) throw new Error(NOT_LOADED)
    window.location.reload()
    // The current page stays until the reload has replaced it.
    return new Promise(() => {})
  }
}

const NOT_LOADED =
  'A part of the console could not be loaded. Reload the page. If it fails again, ask an administrator.'

/** As Chromium, Firefox, Safari and Vite (for a style sheet) say that the code did not come. */
const isNotFetched = (error: unknown) =>
  error instanceof Error &&
  /dynamically imported module|Importing a module script failed|Unable to preload CSS/i.test(error.message)

/** False if the reload has led to this version again, or nothing can remember that. */
function isFirstReload() {
  if (recall(RELOADED) === VERSION) return false
  remember(RELOADED, VERSION)
  return recall(RELOADED) === VERSION
}
