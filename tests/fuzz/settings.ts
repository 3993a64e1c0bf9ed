/*
 * `npm test` runs a few cases, always the same ones; `npm run fuzz` sets these for a longer run with a new seed, which
 * it prints.
 */
export const SEED = Number(process.env.FUZZ_SEED ?? 20_240)
export const RUNS = Number(process.env.FUZZ_RUNS ?? 6)
/** For the slowest computer: nothing takes a tenth of it. */
export const MAX_MS = 20_000
