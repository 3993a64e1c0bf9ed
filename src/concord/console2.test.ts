import { expect, test } from 'vitest'
import { console2Link, inConsole2 } from './console2.ts'

test.each([
  ['/org/acme/project', 'Projects'],
  ['/org/acme/project/web/process', 'Projects'],
  ['/org/acme/team/devs', 'Teams'],
  ['/process/7b1/log', 'Processes'],
  ['/profile/user-info', 'The pages of your profile'],
  ['/activity', 'Your activity and its processes'],
  ['/org/acme/projects', undefined],
  ['/nowhere', undefined],
])('%s: %s', (pathname, expected) => {
  expect(inConsole2(pathname)).toBe(expected)
})

test('a page of Concord’s own console is behind its #', () => {
  const expected = 'https://concord.example.com/#/org/acme/team?x=1'
  for (const end of ['', '/', '/#', '/#/'])
    expect(console2Link(`https://concord.example.com${end}`, '/org/acme/team?x=1')).toBe(expected)
  expect(console2Link('https://example.com/console2/', '/activity')).toBe('https://example.com/console2/#/activity')
  expect(console2Link('javascript:alert(1)', '/activity')).toBeUndefined()
  expect(console2Link('concord', '/activity')).toBeUndefined()
})
