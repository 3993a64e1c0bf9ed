import { Client } from 'ldapts'
import { type Directory, server } from './server.ts'

/*
 * People and groups in the server's LDAP directory, created as its administrator. Their names contain the run's word.
 * They are not removed, because a test's directory is temporary.
 */

/** Adds a person and, if named, a group with them; returns the group's distinguished name. */
export async function addToDirectory(name: string, password: string, group?: string): Promise<string> {
  return asAdmin(async (client, { base }) => {
    const dn = `cn=${name},${base}`
    await client.add(dn, {
      ...{ objectClass: 'inetOrgPerson', cn: name, sn: name, displayName: `The ${name}`, userPassword: password },
    })
    const groupDn = `cn=${group},${base}`
    if (group) await client.add(groupDn, { objectClass: 'groupOfNames', cn: group, member: dn })
    return groupDn
  })
}

/** Adds a group with a person in it; returns its distinguished name. */
export async function addGroup(group: string, name: string): Promise<string> {
  return asAdmin(async (client, { base }) => {
    const dn = `cn=${group},${base}`
    await client.add(dn, { objectClass: 'groupOfNames', cn: group, member: `cn=${name},${base}` })
    return dn
  })
}

export const removeFromDirectory = (name: string) => asAdmin((client, { base }) => client.del(`cn=${name},${base}`))

async function asAdmin<T>(change: (client: Client, directory: Directory) => Promise<T>): Promise<T> {
  const { directory } = server
  if (!directory) throw new Error('There is no directory')
  const client = new Client({ url: directory.url })
  await client.bind(directory.dn, directory.password)
  try {
    return await change(client, directory)
  } finally {
    await client.unbind()
  }
}
