import { ProtectionFact, VisibilityFact } from '#concord/facts.tsx'
import { ConfirmDialog } from '#ui/ConfirmDialog.tsx'
import type { Draft } from './draft.ts'
import { kindTitle } from './KindCards.tsx'
import type { Warning } from './Warning.ts'
import { Warnings } from './Warnings.tsx'

/** What people should look at before it is sent: everything else can be changed afterwards, and is the usual. */
export const isUnusual = ({ visibility, protection }: Draft) => visibility === 'PUBLIC' || protection !== 'server-key'

type Props = { orgName: string; draft: Draft; warnings: Warning[]; onConfirm: () => void; onClose: () => void }

/** Says what is unusual about the secret. Never shows a value. */
export function ReviewDialog({ orgName, draft, warnings, onConfirm, onClose }: Props) {
  const { kind, name, protection, visibility, projects } = draft
  const about = (field: Warning['field']) => <Warnings of={warnings.filter((warning) => warning.field === field)} />
  return (
    <ConfirmDialog
      title={
        <>
          Create {visibility === 'PUBLIC' ? 'public ' : ''}secret <span className="mono">{name}</span>
        </>
      }
      action="Yes, create it"
      onConfirm={onConfirm}
      onClose={onClose}
    >
      <dl className="details">
        <dt>Kind</dt>
        <dd>{kind && kindTitle(kind)}</dd>
        <dt>Visibility</dt>
        <dd>
          <VisibilityFact visibility={visibility} />
          {about('visibility')}
        </dd>
        <dt>Protection</dt>
        <dd>
          <ProtectionFact encryptedBy={protection === 'server-key' ? 'SERVER_KEY' : 'PASSWORD'} />
          {protection === 'generated-password' && ', made by the server and shown once'}
          {protection === 'own-password' && ', which cannot be recovered'}
          {about('protection')}
        </dd>
        <dt>Projects</dt>
        <dd>
          {projects.length ? (
            <span className="mono">{projects.map((project) => project.name).join(', ')}</span>
          ) : (
            `Every project of ${orgName}`
          )}
        </dd>
      </dl>
    </ConfirmDialog>
  )
}
