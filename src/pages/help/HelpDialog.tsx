import { useQuery } from '@tanstack/react-query'
import { Fragment, type ReactNode } from 'react'
import { isOurs, serverVersionQuery } from '#api/serverVersion.ts'
import { Dialog } from '#ui/Dialog.tsx'
import { useStore } from '../../store.ts'
import { shortcutsOn, switchShortcuts } from './shortcuts.ts'

const SINGLE: [string[], string][] = [
  [['/'], 'Filter the list'],
  [['g', 'o'], 'Go to the organizations'],
  [['?'], 'Open this help'],
]

const ALWAYS: [string[], string][] = [
  [['Ctrl', 'Enter'], 'Send the form or confirm the dialog'],
  [['Esc'], 'Close a dialog or a menu, clear a filter'],
]

const DOCS = 'https://concord.walmartlabs.com/docs'

export function HelpDialog({ onClose }: { onClose: () => void }) {
  const { data: version } = useQuery(serverVersionQuery)
  const areOn = useStore(shortcutsOn)
  const ours = version && isOurs(version)
  return (
    <Dialog
      title="Help"
      onClose={onClose}
      closesOutside
      actions={
        <button type="button" className="ui button" onClick={onClose} data-focus>
          Close
        </button>
      }
    >
      <h3>Keyboard shortcuts</h3>
      <Keys keys={[...(areOn ? SINGLE : []), ...ALWAYS]} />
      <label className="check">
        <input type="checkbox" checked={areOn} onChange={({ target }) => switchShortcuts(target.checked)} />
        Use shortcuts of single keys
      </label>
      <h3>Documentation</h3>
      <ul className="links">
        <li>
          <Elsewhere to={`${DOCS}/getting-started/security.html`}>Secrets in Concord</Elsewhere>
        </li>
        <li>
          <Elsewhere to={`${DOCS}/api/secret.html`}>Concord’s secret API</Elsewhere>
        </li>
        {ours && (
          <li>
            <Elsewhere to="/api/openapi.json">This server’s API (OpenAPI)</Elsewhere>
          </li>
        )}
      </ul>
      {version && (
        <>
          <h3>Server</h3>
          <p>
            {ours && 'Concord secrets console, with the API of '}
            Concord <span className="mono">{version.version}</span>, at{' '}
            <span className="mono">{window.location.host}</span>
          </p>
        </>
      )}
    </Dialog>
  )
}

function Keys({ keys }: { keys: [string[], string][] }) {
  return (
    <dl className="keys">
      {keys.map(([pressed, meaning]) => (
        <Fragment key={meaning}>
          <dt>
            {pressed.map((key) => (
              <Fragment key={key}>
                <kbd>{key}</kbd>{' '}
              </Fragment>
            ))}
          </dt>
          <dd>{meaning}</dd>
        </Fragment>
      ))}
    </dl>
  )
}

const Elsewhere = ({ to, children }: { to: string; children: ReactNode }) => (
  <a href={to} target="_blank" rel="noreferrer">
    {children} <span className="visually-hidden">(opens a new tab)</span>
  </a>
)
