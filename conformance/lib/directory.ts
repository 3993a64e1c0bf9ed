import { Client } from 'ldapts'
import { type Directory, server } from './server.ts'

/*
 * People and groups for the server's LDAP directory, made as its administrator. They have the names of this run, and stay
 * behind: a directory of a test goes with it.
 */

/** Adds somebody, and a group with them in it when one is named; answers the group's distinguished name. */
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

/** Adds a group with somebody in it; answers its distinguished name. */
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
