import { Fragment, type ReactNode } from 'react'
import type { Effect } from '#concord/effects.ts'

/** What an act does, on one line: numbers first, and bold. */
export function Effects({ of, none }: { of: Effect[]; none?: ReactNode }) {
  if (of.length === 0) return none
  return of.map(({ what, does }, index) => (
    <Fragment key={what + does}>
      {index > 0 && ' · '}
      <b>{what}</b> {does}
    </Fragment>
  ))
}
