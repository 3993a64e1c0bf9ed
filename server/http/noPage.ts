/**
 * For every answer below /api. A value is whatever somebody stored: taken for a page all the same, by an old browser or
 * in a frame, it loads nothing, runs nothing and says nobody where it was.
 */
export const NO_PAGE = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
}
