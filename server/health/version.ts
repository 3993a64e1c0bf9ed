/** The Concord whose behaviour this server has (docs/concord-api.md). */
export const CONCORD_VERSION = '2.44.0'
