/** What the text of a private key shows, without any library. */
export type PrivateKeyFacts = {
  looksLikeKey: boolean
  /** A passphrase is needed to use it. */
  encrypted: boolean
  /** There is no line break after the last line. */
  endsOpen: boolean
}

export function privateKeyFacts(pem: string): PrivateKeyFacts {
  const label = /-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY)-----/.exec(pem)?.[1]
  return {
    looksLikeKey: label !== undefined,
    encrypted:
      // PKCS#8, the older PEM, and OpenSSH's own container each mark it differently.
      label === 'ENCRYPTED PRIVATE KEY' ||
      /^Proc-Type:\s*4,\s*ENCRYPTED/m.test(pem) ||
      (label === 'OPENSSH PRIVATE KEY' && openSshCipher(pem) !== 'none'),
    endsOpen: label !== undefined && !pem.endsWith('\n'),
  }
}

/** The container begins with `openssh-key-v1`, NUL, and the cipher's name after its 32-bit length. */
function openSshCipher(pem: string): string {
  const base64 = pem.replace(/-----(BEGIN|END) OPENSSH PRIVATE KEY-----/g, '').replace(/\s/g, '')
  const magic = 'openssh-key-v1\0'
  try {
    const head = atob(base64.slice(0, 64))
    if (!head.startsWith(magic)) return 'none'
    const length = head.charCodeAt(magic.length + 3)
    return head.slice(magic.length + 4, magic.length + 4 + length)
  } catch {
    // Not base64: somebody is still typing.
    return 'none'
  }
}
