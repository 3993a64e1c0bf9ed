/** What the server itself said, below our sentence about it. */
export const ServerWords = ({ words }: { words: string | undefined }) =>
  words ? <p className="words muted">The server said: {words}</p> : null
