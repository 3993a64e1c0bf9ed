/** Concord's names (concord-api §1), as the `pattern` of an input. */
export const NAME_PATTERN = '[0-9a-zA-Z][0-9a-zA-Z_@.\\-~]{2,127}'
export const NAME_MEANING = '3 to 128 letters, digits and _ @ . - ~, with a letter or a digit first.'

export const isName = (name: string) => new RegExp(`^${NAME_PATTERN}$`).test(name)
