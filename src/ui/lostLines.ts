/** Says what an input of one line makes of a text; undefined if it takes all of it. */
export function lostLines(text: string): string | undefined {
  const lines = text.trimEnd().split(/\r\n|\r|\n/).length
  if (lines > 1) return `The ${lines} lines became one.`
  return /[\r\n]/.test(text) ? 'The line break was left out.' : undefined
}
