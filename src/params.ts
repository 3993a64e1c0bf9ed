import { useParams } from 'react-router'
import type { OrgRef } from '#api/orgs.ts'
import type { ProjectRef } from '#api/projects.ts'
import type { SecretRef } from '#api/secrets.ts'

type Params = Record<string, string | undefined>

function required(params: Params, name: string): string {
  const value = params[name]
  if (value === undefined) throw new Error(`The route has no :${name}`)
  return value
}

/** For loaders. Fails loudly under a route without these parameters. */
export const orgRef = (params: Params): OrgRef => ({ orgName: required(params, 'orgName') })
export const secretRef = (params: Params): SecretRef => ({
  orgName: required(params, 'orgName'),
  secretName: required(params, 'secretName'),
})
export const projectRef = (params: Params): ProjectRef => ({
  orgName: required(params, 'orgName'),
  projectName: required(params, 'projectName'),
})

/** For components, as above. */
export const useOrgRef = (): OrgRef => orgRef(useParams())
export const useSecretRef = (): SecretRef => secretRef(useParams())
export const useProjectRef = (): ProjectRef => projectRef(useParams())
