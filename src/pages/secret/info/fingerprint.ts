/**
 * The SHA-256 fingerprint of an OpenSSH public key line, as `ssh-keygen -l` and Git hosts show it. Undefined for
 * anything else, and on plain http, where browsers have no `crypto.subtle`.
 */
export async function fingerprintOf(line: string): Promise<string | undefined> {
  const [, base64 = ''] = line.trim().split(/\s+/)
  if (!globalThis.crypto?.subtle) return undefined
  try {
    const blob = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
    // The blob starts with the length and the name of its own algorithm: 00 00 00 07 "ssh-rsa".
    if (blob.length < 12 || blob[0] !== 0 || blob[1] !== 0) return undefined
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', blob))
    return `SHA256:${btoa(String.fromCharCode(...digest)).replace(/=+$/, '')}`
  } catch {
    return undefined
  }
}
