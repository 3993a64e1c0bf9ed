import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const STORIES = join(import.meta.dirname, '../../e2e')

test('stories wait for what they mean: never for a quiet network or a fixed time, and errors have addresses', () => {
  const found = readdirSync(STORIES).flatMap((file) =>
    readFileSync(join(STORIES, file), 'utf8')
      .split('\n')
      .filter((line) => /networkidle|waitForTimeout|expectErrors\(\//.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  )
  expect(found).toEqual([])
})
