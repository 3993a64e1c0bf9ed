/** For a button that disappears when it is pressed: the focus moves to the page's heading instead of getting lost. */
export const focusHeading = () => document.querySelector('h1')?.focus()
