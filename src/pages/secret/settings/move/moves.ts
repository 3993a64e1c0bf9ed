import type { SecretRef } from '#api/secrets.ts'
import { onUserChange } from '#api/sessionOver.ts'
import { recall, remember } from '#api/tabMemory.ts'
import type { Item } from '#concord/words.ts'
import { createStore, useStore } from '#store.ts'

/** What is left to do after a move. Names and ids only, because it is kept over a reload. */
export type Move = {
  secretId: string
  from: SecretRef
  to: SecretRef
  /** Those that lost their link. */
  repositories: Item[]
  /** False when the repositories could not be read and somebody moved it without knowing: some may be missing. */
  complete: boolean
  /** How many these are; not all have a name. */
  total: number
  /** How many others there are in projects that could not be read, if that is known. */
  hidden: number | undefined
  /** Projects that could not be read: they have the `hidden` ones, or may have some. */
  hiddenProjects: Item[]
  /** The projects that it was limited to. */
  projects: Item[]
}

/** Renamed when what is remembered gets another shape. */
const KEY = 'moves 2'

/** More than a user repairs at a time. */
const MAX_KEPT = 20

/** The moves that were made in this tab and not dismissed yet, the last one last. */
const moves = createStore<Move[]>(recall(KEY) ?? [])

export function addMove(move: Move) {
  set([...moves.get().filter(({ secretId }) => secretId !== move.secretId), move].slice(-MAX_KEPT))
}

export const dismissMove = (secretId: string) => set(moves.get().filter((move) => move.secretId !== secretId))

export const findMove = (secretId: string) => moves.get().find((move) => move.secretId === secretId)

export const useMove = (secretId: string) => useStore(moves).find((move) => move.secretId === secretId)

function set(all: Move[]) {
  moves.set(all)
  remember(KEY, all)
}

// The next user must not see which repositories another one could read. tabMemory has forgotten them already.
onUserChange(() => moves.set(recall(KEY) ?? []))
