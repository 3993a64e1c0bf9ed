/** A blank or a character that takes no room on the screen, for a pattern: a copy often brings some along. */
export const UNSEEN = '[\\s\\p{Cc}\\p{Cf}]'
const AROUND = new RegExp(`^${UNSEEN}+|${UNSEEN}+$`, 'gu')

/** The text without blanks and invisible characters around it. */
export const trimmed = (text: string) => text.replace(AROUND, '')
