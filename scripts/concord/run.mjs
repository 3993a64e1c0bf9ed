#!/usr/bin/env node
// `npm run test:concord`: runs the conformance suite and the stories tagged `@concord` against Walmart's own Concord,
// through our gateway; with `-- --all` all stories. Without the programs it needs, the run is skipped with the reason;
// with CI=true it fails.
import process from 'node:process'
import { parseArgs } from 'node:util'
import { ensureInstalled } from '../ensure.mjs'
import { finish, NOTHING_COUNTED, stage } from '../stages.mjs'
import { prepareConcord, testConcord } from './suites.mjs'

await stage('packages', async () => {
  await ensureInstalled()
  return NOTHING_COUNTED
})
const { values } = parseArgs({ options: { all: { type: 'boolean', default: false } } })
if (!(await testConcord(prepareConcord(), values))) {
  console.log('0 passed, 0 failed')
  process.exit(0)
}
finish()
