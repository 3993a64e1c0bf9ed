/**
 * For every response below /api. A value can be anything: even if an old browser or a frame treats it as a page, it
 * loads nothing, runs nothing and sends no referrer.
 */
export const API_POLICY = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
}
