import { session } from './sessionOver.ts'

/*
 * The organizations that the user opened last, over visits and tabs: names only, until they sign out or somebody else
 * signs in.
 */

const KEY = 'concord-secrets visited'
const MOST = 5

type Visits = { username: string; orgNames: string[] }

function read(): Visits | undefined {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? 'null') ?? undefined
  } catch {
    return undefined
  }
}

/** The last one first. */
export function visitedOrganizations(): string[] {
  const visits = read()
  return visits && visits.username === session.get()?.username ? visits.orgNames : []
}

export const noteVisit = (orgName: string) => write([orgName, ...others(orgName)].slice(0, MOST))

/** The organization turned out to be gone. */
export const forgetVisit = (orgName: string) => write(others(orgName))

const others = (orgName: string) => visitedOrganizations().filter((name) => name !== orgName)

function write(orgNames: string[]) {
  const username = session.get()?.username
  if (username === undefined) return
  try {
    localStorage.setItem(KEY, JSON.stringify({ username, orgNames } satisfies Visits))
  } catch {
    // Storage is full or blocked: nothing is remembered.
  }
}

session.subscribe(() => {
  if (read()?.username === session.get()?.username) return
  try {
    localStorage.removeItem(KEY)
  } catch {
    // Storage is blocked, and so was writing to it.
  }
})
