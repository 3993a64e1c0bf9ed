import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const SRC = join(import.meta.dirname, '../../src')
const NAMES =
  '(?:dark|light|medium|pale|deep)?(?:gr[ae]y|red|green|blue|pink|orange|yellow|purple)|white|black|silver|navy|teal|maroon'
const RAW = new RegExp(
  String.raw`#[\da-f]{3,8}\b|\b(?:rgba?|hsla?|hwb|(?:ok)?(?:lab|lch)|color)\(|(?<![\w-])(?:${NAMES})(?![\w-])`,
  'gi',
)

const rawColours = (css: string) =>
  [...css.replaceAll(/\/\*.*?\*\//gs, '').matchAll(/[{;]\s*[\w-]+:([^;}]*)/g)].flatMap(
    ([, value = '']) => value.match(RAW) ?? [],
  )

test.each([
  'color: #fff',
  'border: 1px solid #30363d80',
  'background: rgb(0 0 0 / 5%)',
  'color: White',
  'fill: darkgray',
])('finds the colour of %s', (declaration) => {
  expect(rawColours(`a:hover { margin: 0; ${declaration} }`)).toHaveLength(1)
})

test('only tokens.css has colours: a style elsewhere would be wrong in one of the themes', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.css'))
  const colours = new Map(files.map((file) => [file, rawColours(readFileSync(join(SRC, file), 'utf8'))]))
  expect(colours.get('css/tokens.css')?.length).toBeGreaterThan(30)
  colours.delete('css/tokens.css')
  for (const [file, found] of colours) expect(found, file).toEqual([])
})
