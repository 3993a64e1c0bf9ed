import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { build } from 'vite'
import { ROOT } from './ensure.mjs'

/** Returns the script that is inline in index.html, bundled: src/early/inline.ts. */
export async function earlyScript() {
  const result = await build({
    root: ROOT,
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2023',
      lib: { entry: join(ROOT, 'src/early/inline.ts'), formats: ['iife'], name: 'early' },
    },
  })
  const [output] = [result].flat()
  if (!output || !('output' in output)) throw new Error('The inline script has no output')
  return output.output[0].code.trim()
}

/**
 * The source that a Content-Security-Policy allows it by.
 * @param {string} script
 */
export const cspSource = (script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`
