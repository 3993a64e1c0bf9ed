import { call, path } from './concord.ts'
import { asUser, expect, test } from './fixtures.ts'
import { givenOrg, givenProject, givenUser } from './given.ts'

test('encrypts a text for the flows of a project', { tag: '@concord' }, async ({ page, expectErrors }) => {
  expectErrors(404, '/api/v1/org/*/project/*/encrypt')
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  const project = await givenProject(org)
  const clear = 'pässwort with 2\nlines\n'
  await asUser(page, user)
  await page.goto(path`/org/${org.name}/project/${project.name}/encrypt`)
  const text = page.getByRole('textbox', { name: 'Text' })
  await text.fill(clear)
  await page.getByRole('button', { name: 'Encrypt' }).click()
  const expression = page.getByRole('textbox', { name: 'Expression' })
  await expect(expression).toHaveValue(/^\$\{crypto\.decryptString\('[\w+/=]+'\)\}$/)
  // It is no longer on the page.
  await expect(text).toHaveValue('')
  expect(await page.content()).not.toContain('with 2')

  // Each of its bytes was encrypted, as those of a text sent to the API.
  const { data } = await call<{ data: string }>(path`/api/v1/org/${org.name}/project/${project.name}/encrypt`, {
    text: clear,
  })
  const shown = await page.getByRole('textbox', { name: 'String' }).inputValue()
  expect(Buffer.from(shown, 'base64')).toHaveLength(Buffer.from(data, 'base64').length)

  await text.fill('x')
  await expect(expression).toHaveCount(0)
  await text.fill('ä'.repeat(51_200))
  await page.getByRole('button', { name: 'Encrypt' }).click()
  await expect(text).toHaveAccessibleDescription(/more than 102,399 bytes/)

  await page.goto(path`/org/${org.name}/project/no-such-project/encrypt`)
  await text.fill('kept')
  await page.getByRole('button', { name: 'Encrypt' }).click()
  await expect(page.getByRole('alert')).toContainText('The text was not encrypted.')
  await expect(text).toHaveValue('kept')
})
