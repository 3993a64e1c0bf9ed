/** The version of Concord that this server follows (docs/concord-api.md). */
export const CONCORD_VERSION = '2.44.0'
