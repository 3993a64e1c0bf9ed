// @vitest-environment node
import { describe, expect, test } from 'vitest'
import { damaged, damagesOf } from '../../tests/support/keys/damage.mjs'
import { acceptedWith, keyNamed, keys } from '../../tests/support/keys/keyNamed.ts'
import { inspectPrivate } from './inspectPrivate.ts'
import { inspectPublic } from './inspectPublic.ts'

/*
 * Against ssh-keygen, whose answers tests/support/keys/make.mjs has recorded: on every key, and on every form of damage
 * to every key.
 */

const SAMPLES = {
  private: ['Ed25519', 'RSA 2048, OpenSSH', 'ECDSA 521, PEM', 'RSA 2048, PKCS8'],
  public: ['Ed25519, public', 'RSA 2048, OpenSSH, public', 'ECDSA 521, OpenSSH, public'],
}

/** The damages that lose nothing. The others need the original again. */
const MENDED = {
  private: [
    ...['CRLF', 'CRLF without the last', 'CR only', 'CRLF in the first line only', 'CRLF in the body only'],
    ...['BOM', 'UTF-16LE', 'UTF-16BE', 'UTF-16LE with CRLF'],
    ...['one line, blanks for line breaks', 'one line, nothing for line breaks'],
    ...['escaped line breaks', 'escaped CRLF', 'a JSON string', 'quoted lines of YAML'],
    ...['indented by blanks', 'indented by tabs', 'indented but for the first line', 'indented body'],
    ...['indented by no-break spaces', 'quoted as mail', 'an empty line in the middle'],
    ...['no first line', 'no last line', 'the last character missing'],
    ...['a zero-width space', 'a zero-width space at the end'],
    ...['text before', 'text after', 'text before, in the same line', 'text after, in the same line', 'text around'],
    ...['in a code block', 'twice', 'a public line after it'],
    ...['four dashes', 'long dashes', 'lower-case label', 'another label at the end', 'a zero byte at the end'],
  ],
  public: [
    ...['CRLF', 'CR only', 'BOM', 'UTF-16LE', 'UTF-16BE'],
    ...['wrapped at 70', 'wrapped at 70, CRLF', 'wrapped and indented', 'line breaks for blanks'],
    ...['text before', 'text after', 'options before', 'a JSON string', 'quoted', 'twice'],
    ...['no type', 'another type', 'a zero-width space'],
  ],
}

const inspect = { private: inspectPrivate, public: inspectPublic }

test('there are enough keys and damages to believe it', () => {
  expect(keys.length).toBeGreaterThanOrEqual(100)
  expect(keys.filter(({ half, accepted }) => half === 'private' && accepted).length).toBeGreaterThanOrEqual(60)
  expect(Object.keys(acceptedWith).length).toBeGreaterThanOrEqual(90)
})

describe.each(['private', 'public'] as const)('a %s key', (half) => {
  const ofHalf = keys.filter((key) => key.half === half)

  test.each(damagesOf(half))('%s', (damage) => {
    const accepted = new Set(acceptedWith[`${half}: ${damage}`])
    for (const key of ofHalf) {
      // Larger numbers take the same path, and seconds.
      if (/3072|384|521/.test(key.name)) continue
      const { verdict, facts } = inspect[half](new Uint8Array(damaged(half, damage, key.text)))
      const words = `${key.name}: ${verdict}`
      if (accepted.has(key.name)) expect(words).not.toBe(`${key.name}: bad`)
      else expect(words).not.toBe(`${key.name}: good`)
      // Whatever is shown is what ssh-keygen shows, or nothing. A character more or less may make a different key.
      if (facts && key.sha256 && !damage.startsWith('another '))
        expect(`${key.name}: ${facts.sha256}`).toBe(`${key.name}: ${key.sha256}`)
    }
  })

  test('is mended after every damage that loses nothing', () => {
    const mended = damagesOf(half).filter((damage) =>
      SAMPLES[half].every((name) => {
        const { text, line = text } = keyNamed(name)
        const content = new Uint8Array(damaged(half, damage, text))
        const fix = inspect[half](content).remarks.find((remark) => remark.fix)?.fix
        if (!fix || !('text' in fix)) return false
        const after = inspect[half](fix.text)
        expect(after, `${name}, ${damage}`).toMatchObject({ verdict: 'good', remarks: [] })
        expect(after.facts?.line.split(' ')[1], `${name}, ${damage}`).toBe(line.split(' ')[1])
        return true
      }),
    )
    expect(mended).toEqual(MENDED[half])
  })

  test.each(ofHalf.filter(({ accepted }) => accepted))(
    '$name: facts',
    ({ name, text, line, sha256, md5, bits, passphrase }) => {
      const { facts, verdict, key } = inspect[half](text)
      const expected = name !== 'openssl RSA, three primes' ? 'good' : 'doubtful'
      // The older formats hide all of it.
      if (passphrase && !text.includes('OPENSSH')) return expect(facts).toBeUndefined()
      expect(facts).toMatchObject({
        sha256,
        md5: `MD5:${md5}`,
        ...(half === 'private' && { hasPassphrase: !!passphrase }),
      })
      if (key?.size?.endsWith('bits')) expect(key.size).toBe(`${bits} bits`)
      expect(facts?.line.split(' ').slice(0, 2)).toEqual((line ?? facts?.line)?.split(' ').slice(0, 2))
      if (half === 'private' && !passphrase) expect(verdict).toBe(expected)
    },
  )
})
