import type { Secret } from '#api/types.ts'
import { CopyButton } from '#ui/CopyButton.tsx'

type Way = { method: string; gives: string }

/** Methods of Concord's `crypto` task by type of secret. */
const WAYS: Record<Secret['type'], Way[]> = {
  KEY_PAIR: [
    { method: 'exportKeyAsFile', gives: 'Writes both keys to files and returns the paths, private and public.' },
  ],
  USERNAME_PASSWORD: [{ method: 'exportCredentials', gives: 'Returns an object with username and password.' }],
  DATA: [
    { method: 'exportAsString', gives: 'Returns the value as text.' },
    { method: 'exportAsFile', gives: 'Writes the value to a file and returns its path.' },
  ],
}

type Props = { secret: Pick<Secret, 'orgName' | 'name' | 'type' | 'encryptedBy' | 'projects'> }

export function HowToUse({ secret: { orgName, name, type, encryptedBy, projects } }: Props) {
  const password = encryptedBy === 'PASSWORD'
  return (
    <section aria-labelledby="how-to-use">
      <h2 id="how-to-use">How to use it</h2>
      <ul className="plain">
        {WAYS[type].map(({ method, gives }) => {
          const expression = `\${crypto.${method}('${orgName}', '${name}', ${password ? 'storePassword' : 'null'})}`
          return (
            <li key={method}>
              <code className="snippet mono">{expression}</code>{' '}
              <CopyButton text={expression} label={`Copy ${method}`} />
              <p className="note">{gives}</p>
            </li>
          )
        })}
      </ul>
      <p className="prose muted">
        {password && 'The third argument is the store password: a form field or an encrypted string. '}
        {projects.length > 0 && 'Only in processes of its projects. '}
        {type === 'KEY_PAIR' && !password && 'A repository uses it if it is chosen in the settings of its project.'}
      </p>
    </section>
  )
}
