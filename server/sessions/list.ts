import type { Config } from '../config.ts'
import type { Reader } from '../db/open.ts'
import { nonNull } from '../json/omit.ts'
import { endOfRememberMe } from './rememberMe.ts'
import { endOfSession, isPast } from './session.ts'

interface SessionEntry {
  /** A public id, which gives no access. */
  id: string
  kind: 'SESSION' | 'REMEMBER_ME' | 'PROCESS'
  realm: string
  createdAt: string
  lastUsedAt: string
  expiresAt: string
  address: string | null
  userAgent: string | null
  /** The session of this request. */
  current: boolean
}

/** All of a user's sessions, most recently used first. The limits per kind keep the list short. */
export async function listSessions(db: Reader, config: Config, userId: string, current: string | undefined) {
  const entries = [
    ...(await browserSessions(db, config, userId)),
    ...(await rememberedSignIns(db, userId)),
    ...(await processSessions(db, userId)),
  ]
  return entries
    .filter(({ expiresAt }) => !isPast(expiresAt))
    .sort((a, b) => b.lastUsedAt.localeCompare(a.lastUsedAt))
    .map((entry) => nonNull({ ...entry, current: entry.id === current }))
}

type Entry = Omit<SessionEntry, 'current'>

const COMMON = ['createdAt', 'lastUsedAt', 'address', 'userAgent'] as const

async function browserSessions(db: Reader, config: Config, userId: string): Promise<Entry[]> {
  const rows = await db
    .selectFrom('sessions')
    .leftJoin('apiKeys', 'apiKeys.id', 'sessions.apiKeyId')
    .select(['sessions.id', 'realm', ...COMMON, 'apiKeys.expiredAt'])
    .where('sessions.userId', '=', userId)
    .where('endedAt', 'is', null)
    .execute()
  return rows.map(({ expiredAt, ...row }) => {
    const expiresAt = earlier(new Date(endOfSession(row, config)).toISOString(), expiredAt)
    return { ...row, kind: 'SESSION', expiresAt }
  })
}

async function rememberedSignIns(db: Reader, userId: string): Promise<Entry[]> {
  const rows = await db
    .selectFrom('rememberMe')
    .leftJoin('apiKeys', 'apiKeys.id', 'rememberMe.apiKeyId')
    .select(['rememberMe.id', 'realm', ...COMMON, 'apiKeys.expiredAt'])
    .where('rememberMe.userId', '=', userId)
    .where('endedAt', 'is', null)
    .execute()
  return rows.map(({ expiredAt, ...row }) => {
    const expiresAt = earlier(new Date(endOfRememberMe(row)).toISOString(), expiredAt)
    return { ...row, kind: 'REMEMBER_ME', expiresAt }
  })
}

async function processSessions(db: Reader, userId: string): Promise<Entry[]> {
  const rows = await db
    .selectFrom('processSessions')
    .leftJoin('apiKeys', 'apiKeys.id', 'processSessions.apiKeyId')
    .select(['instanceId as id', ...COMMON, 'expiresAt', 'apiKeys.expiredAt'])
    .where('processSessions.userId', '=', userId)
    .execute()
  return rows.map(({ expiredAt, expiresAt, ...row }) => ({
    ...row,
    kind: 'PROCESS',
    realm: 'sessionkey',
    expiresAt: earlier(expiresAt, expiredAt),
  }))
}

/** Everything opened with an API key ends with the key. */
const earlier = (end: string, ofKey: string | null) => (ofKey !== null && ofKey < end ? ofKey : end)
