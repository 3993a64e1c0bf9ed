/** Says what a one-line input makes of a pasted text; undefined if it takes all of it. */
export function lostLines(pasted: string): string | undefined {
  const lines = pasted.trimEnd().split(/\r\n|\r|\n/).length
  if (lines > 1) return `The ${lines} lines that you pasted became one.`
  return /[\r\n]/.test(pasted) ? 'The line break that you pasted was left out.' : undefined
}
