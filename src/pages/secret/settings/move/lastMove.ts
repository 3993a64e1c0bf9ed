import type { SecretRef } from '#api/secrets.ts'
import { session } from '#api/sessionOver.ts'
import { createStore } from '#store.ts'
import type { Use } from '../../usage.ts'

/** What a move has left to do. Names and ids only. */
export type Move = {
  secretId: string
  from: SecretRef
  to: SecretRef
  /** Repositories that lost their link. */
  uses: Use[]
  /** False when the repositories could not be read and somebody moved it without knowing: `uses` may lack some. */
  complete: boolean
  /** Projects that could not be read: their repositories may have lost it as well. */
  unreadable: string[]
  /** Names of the projects that it was limited to. */
  projects: string[]
}

/** The move that was made last in this window, until its outcome is dismissed. */
export const lastMove = createStore<Move | undefined>(undefined)

// Whoever signs in next must not find which repositories somebody else could see.
let mover = session.get()?.username
session.subscribe(() => {
  const username = session.get()?.username
  if (username !== mover) lastMove.set(undefined)
  mover = username
})
