import type { TestProject } from 'vitest/node'
import { ensureBuilt } from '../../scripts/ensure.mjs'

/** Builds the server once for all tests that start it as a process: those of server/ and tests/, and conformance/. */
export async function setup(project: TestProject) {
  await ensureBuilt(['server'])
  project.onTestsRerun(async () => void (await ensureBuilt(['server'])))
}
