import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cspSource, earlyScript } from '../../scripts/earlyScript.mjs'

test('docs/nginx.conf allows the script in index.html, by its hash', async () => {
  const configuration = readFileSync(join(import.meta.dirname, '../../docs/nginx.conf'), 'utf8')
  expect(configuration.match(/'sha256-[^']*'/g)).toEqual([cspSource(await earlyScript())])
})
