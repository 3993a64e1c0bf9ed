/** The times or rates of one case, as measured. @typedef {number[]} Measured */

/** @param {Measured} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? at(sorted, middle) : (at(sorted, middle - 1) + at(sorted, middle)) / 2
}

/** @type {(values: number[], i: number) => number} */
const at = (values, i) => values[i] ?? Number.NaN

/**
 * The median, and in brackets the smallest and the largest: `3,970 (3,810–4,020)`.
 * @param {Measured | undefined} values
 */
export function spread(values) {
  if (!values || values.length === 0) return '–'
  if (values.length === 1) return number(at(values, 0))
  return `${number(median(values))} (${number(Math.min(...values))}–${number(Math.max(...values))})`
}

/** @param {number} value */
export const number = (value) =>
  Number.isNaN(value)
    ? '–'
    : value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 })

/**
 * How many times as much, of two medians.
 * @param {Measured | undefined} values
 * @param {Measured | undefined} base
 */
export function ratio(values, base) {
  if (!values?.length || !base?.length || median(base) === 0) return '–'
  const times = median(values) / median(base)
  return times < 0.995 ? `${number(times * 100)} %` : `${number(times)} ×`
}

/**
 * A table of Markdown: numbers at the right.
 * @param {string[]} head
 * @param {string[][]} rows
 */
export const table = (head, rows) =>
  [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
