/** For a button that vanishes when it is pressed: the focus goes to the page's heading instead of getting lost. */
export const focusHeading = () => document.querySelector('h1')?.focus()
