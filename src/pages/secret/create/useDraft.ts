import { useEffect, useState } from 'react'
import { useLocation, useNavigate, useSearchParams } from 'react-router'
import type { OrgRef } from '#api/orgs.ts'
import { recall, remember } from '#api/tabMemory.ts'
import { paths } from '#paths.ts'
import { type Draft, emptyDraft, KINDS, type Kind, type Scope, scopeOf } from './draft.ts'

/** What survives a reload, and Back and Forward: nothing that is secret. The address has the kind. */
type Kept = { page: string; orgName: string; name: string; scope: Scope }

const KEY = 'new secret'

/** The draft, which starts from the address or from what this page kept before a reload. */
export function useDraft({ orgName }: OrgRef) {
  const navigate = useNavigate()
  const [params] = useSearchParams()
  // Of the entry in the browser's history: a link to this page starts with nothing.
  const { key: page, state } = useLocation()
  const [draft, setDraft] = useState((): Draft => {
    const kept = recall<Kept>(KEY)
    const empty = { ...emptyDraft(params.get('name') ?? ''), kind: kindIn(params) }
    return kept?.page === page && kept.orgName === orgName ? { ...empty, ...kept.scope, name: kept.name } : empty
  })

  useEffect(() => {
    const kept: Kept = { page, orgName, name: draft.name, scope: scopeOf(draft) }
    remember(KEY, kept)
  }, [page, orgName, draft])

  function change(change: Partial<Draft>) {
    setDraft((current) => ({ ...current, ...change }))
    const { kind } = change
    if (kind && kind !== draft.kind)
      void navigate(paths.newSecret({ orgName }, { kind }), { replace: true, preventScrollReset: true, state })
  }

  /** For the next secret: the same kind and scope. */
  const startOver = () => setDraft(({ kind, ...before }) => ({ ...emptyDraft(), ...scopeOf(before as Draft), kind }))

  return { draft, change, startOver }
}

const kindIn = (params: URLSearchParams): Kind | undefined => KINDS.find((kind) => kind === params.get('kind'))
