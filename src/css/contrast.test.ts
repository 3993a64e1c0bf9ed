import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/*
 * WCAG's contrasts of everything that can stand on something else, from tokens.css. It asks for 4.5 for text (1.4.3),
 * also for what is disabled or hovered, and 3 for the lines of inputs and the focus ring (1.4.11).
 */

const THEMES = ['light', 'dark'] as const
type Theme = (typeof THEMES)[number]

const css = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8')
const colors = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name = '', light = '', dark = '']) => [
    name,
    { light, dark },
  ]),
)

const SURFACES = [
  'bg',
  'bg-subtle',
  'bg-hover',
  'bg-raised',
  'accent-tint',
  'danger-tint',
  'warning-tint',
  'success-tint',
]
const INKS = ['text', 'text-muted', 'accent', 'accent-strong', 'danger', 'danger-strong', 'warning', 'success']
const SOLID = ['accent', 'accent-strong', 'danger', 'danger-strong']
/** Lines between rows and around boxes, which only decorate. */
const DECORATION = ['line']

const TEXT: [string, string][] = [
  ...pairs(INKS, SURFACES),
  ...pairs(['on-accent'], SOLID),
  // The exact time of an age.
  ['bg', 'text'],
]
/** The lines of inputs, and the focus ring. */
const LINES = pairs(['control', 'accent', 'danger'], SURFACES)

test.each(THEMES)('%s: text has a contrast of at least 4.5', (theme) => {
  expect(belowContrast(4.5, TEXT, theme)).toEqual([])
})

test.each(THEMES)('%s: the lines of inputs and the focus ring have a contrast of at least 3', (theme) => {
  expect(belowContrast(3, LINES, theme)).toEqual([])
})

test('each colour of tokens.css is in a pair above', () => {
  const all = [...css.matchAll(/--([\w-]+): light-dark\(/g)].map(([, name]) => name)
  const translucent = ['shade', 'backdrop']
  expect(new Set([...TEXT.flat(), ...LINES.flat(), ...DECORATION, ...translucent])).toEqual(new Set(all))
})

test('the formula is WCAG’s', () => {
  expect(contrast('#000000', '#ffffff')).toBe(21)
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48)
})

function pairs(inks: string[], surfaces: string[]) {
  return inks.flatMap((ink) => surfaces.map((surface): [string, string] => [ink, surface]))
}

const belowContrast = (least: number, all: [string, string][], theme: Theme) =>
  all
    .map(([ink, surface]) => ({
      pair: `${ink} on ${surface}`,
      ratio: contrast(color(ink, theme), color(surface, theme)),
    }))
    .filter(({ ratio }) => ratio < least)
    .map(({ pair, ratio }) => `${pair}: ${ratio.toFixed(2)}`)

function color(name: string, theme: Theme): string {
  const found = colors.get(name)
  if (!found) throw new Error(`tokens.css has no ${name}`)
  return found[theme]
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
