import type { EarlyAnswer } from '../early/inline.ts'

/** What src/early/inline.ts has asked for before this script was there. Each answer is taken once, soon, or never. */
const answers = globalThis.early?.answers ?? new Map<string, EarlyAnswer>()
// From here on otherTabs.ts listens, and this page is one of those that speak.
globalThis.early?.tabs.close()

/** The answer to a GET that is under way or there already. `signal` cancels it like one of the app's own requests. */
export function takeEarly(path: string, signal: AbortSignal): Promise<Response> | undefined {
  const early = answers.get(path)
  if (!early) return undefined
  answers.delete(path)
  const { response, controller } = early
  const abort = () => controller.abort(signal.reason)
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
  return response
}

/** What nobody took by now would be old when it is taken, or somebody else's after a sign-in. */
export function forgetEarly() {
  for (const { controller } of answers.values()) controller.abort()
  answers.clear()
}
