import { newId } from '../../server/ids.ts'
import { givenSecret } from '../support/secrets.ts'
import { givenOrg, givenProject, givenTeam, givenUser, type TestServer } from '../support/testServer.ts'
import type { Words } from './worst.ts'

/** One thing of each kind, and the key of an admin with all rights to it. */
export async function givenWords(server: TestServer): Promise<Words & { key: string }> {
  const suffix = newId().slice(-8)
  const user = await givenUser(server, `user-${suffix}`, 'concordAdmin')
  const org = await givenOrg(server, `org-${suffix}`, user)
  const team = await givenTeam(server, org, `team-${suffix}`, [user], 'OWNER')
  const project = await givenProject(server, org, `project-${suffix}`)
  const secret = await givenSecret(server, org, `secret-${suffix}`, { ownerId: user.id })
  const name = `name-${suffix}`
  return {
    key: user.key,
    ...{ orgName: org.name, org: org.name, teamName: team.name, teamId: team.id, secretName: secret.name },
    ...{ projectName: project.name, project: project.name, projectId: project.id, name },
    ...{ username: user.username, user: user.username, id: user.id, group: 'cn=group', role: 'MEMBER' },
    ...{ roleName: 'concordSystemReader', entity: 'secret' },
  }
}
