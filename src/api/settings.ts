/**
 * Resolves when the script at /api/service/console/cfg has set `window.concord`, or has failed. It takes two round trips,
 * so only what shows a setting at once waits for it.
 */
export const settingsRead = () =>
  new Promise<void>((resolve) => {
    // The window has loaded when all scripts of index.html have run or failed.
    if (window.concord || document.readyState === 'complete') resolve()
    else window.addEventListener('load', () => resolve(), { once: true })
  })
