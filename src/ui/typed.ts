/** A blank or a character that takes no room on the screen: a copy often brings some along. */
const UNSEEN = '[\\s\\p{Cc}\\p{Cf}]'
const AROUND = new RegExp(`^${UNSEEN}+|${UNSEEN}+$`, 'gu')

/** The text without blanks and invisible characters around it. */
export const trimmed = (text: string) => text.replace(AROUND, '')

/** What is searched for a text: no name has an invisible character anywhere. */
export const searched = (text: string) => trimmed(text.replace(/\p{Cf}/gu, ''))
