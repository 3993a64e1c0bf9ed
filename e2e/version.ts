import { test } from '@playwright/test'
import { call } from './concord.ts'

let asked: Promise<string> | undefined

/** Whether the server's Concord has this version or a newer one. Ours counts as the newest. */
export async function since(wanted: string): Promise<boolean> {
  asked ??= call<{ version: string }>('/api/v1/server/version').then(({ version }) => version)
  const is = numbersOf(await asked)
  const different = numbersOf(wanted).findIndex((number, i) => number !== (is[i] ?? 0))
  return different < 0 || (is[different] ?? 0) > (numbersOf(wanted)[different] ?? 0)
}

const numbersOf = (version: string) => version.replace(/-.*/, '').split('.').map(Number)

/** Skips a story on a Concord that is too old for it, with the reason. */
export const needs = async (version: string, why: string) => test.skip(!(await since(version)), why)

/** From 2.9 on, a search with results fails with a 500. */
export const canSearchUsers = () => since('2.12')

/** The responses of an old Concord to the console's feature checks. */
export async function answersOfOldServers(): Promise<RegExp[]> {
  return [...((await since('2.17')) ? [] : [/status of 404 .*\/api\/service\/console\/userInfo\)$/])]
}

let askedWhose: Promise<boolean> | undefined

/** Our own server, which also has operations below `/api/x`. */
export function isOurs(): Promise<boolean> {
  askedWhose ??= call<{ commitId?: string }>('/api/v1/server/version').then(
    ({ commitId }) => commitId === 'concord-secrets-console',
  )
  return askedWhose
}

/** Skips a story on a real Concord, with the reason. */
export const needsOurs = async (why: string) => test.skip(!(await isOurs()), why)
