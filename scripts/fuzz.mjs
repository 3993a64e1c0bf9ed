#!/usr/bin/env node
// `npm run fuzz`: the property tests of tests/fuzz with many cases and another seed each time. The seed is printed:
// FUZZ_SEED repeats a run, FUZZ_RUNS (cases for each operation) makes it longer or shorter.
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import process from 'node:process'
import { ensureInstalled, ROOT } from './ensure.mjs'
import { bin } from './stages.mjs'

const FUZZ_SEED = process.env.FUZZ_SEED ?? String(randomInt(2 ** 31))
const FUZZ_RUNS = process.env.FUZZ_RUNS ?? '200'

await ensureInstalled()
console.log(`To repeat this run: FUZZ_SEED=${FUZZ_SEED} FUZZ_RUNS=${FUZZ_RUNS} npm run fuzz`)
const tests = spawn(
  process.execPath,
  [bin('vitest', 'vitest.mjs'), 'run', '--project=server', '--reporter=dot', '--no-file-parallelism', 'tests/fuzz'],
  { cwd: ROOT, stdio: 'inherit', env: { ...process.env, FUZZ_SEED, FUZZ_RUNS } },
)
tests.on('exit', (code) => {
  console.log(`The seed was ${FUZZ_SEED}.`)
  process.exit(code ?? 1)
})
