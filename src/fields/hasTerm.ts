/**
 * Whether one of the words contains what is typed, as the server's filters have it (concord-api §1). While its answer
 * is on the way this keeps Enter from choosing an entry that was found for less than what is typed.
 */
export const hasTerm = (term: string, ...words: (string | undefined)[]) =>
  words.some((word) => word?.toLowerCase().includes(term.trim().toLowerCase()))
