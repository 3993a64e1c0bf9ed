/**
 * Whether one of the words contains the term, by the rule of the server's filters (concord-api §1). While the response
 * is on its way, this keeps Enter from choosing an entry that matched a shorter term.
 */
export const hasTerm = (term: string, ...words: (string | undefined)[]) =>
  words.some((word) => word?.toLowerCase().includes(term.trim().toLowerCase()))
