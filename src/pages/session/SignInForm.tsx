import { type FormEvent, type ReactNode, useRef, useState } from 'react'
import { isApiError, rejectsUser } from '#api/ApiError.ts'
import type { Credentials } from '#api/session.ts'
import { Field } from '#ui/Field.tsx'
import { RevealInput } from '#ui/RevealInput.tsx'
import { submitWithControlEnter } from '#ui/submitWithControlEnter.ts'
import { trimmed } from '#ui/typed.ts'

type Way = 'password' | 'apiKey'

type Props = {
  id?: string
  /** To start with. */
  username?: string
  way?: Way
  onSignIn: (credentials: Credentials, rememberMe: boolean) => Promise<void>
  /** It is the page; a dialog around it sets the focus and knows the keys itself. */
  isPage?: boolean
  /** The submit button, where the form has it itself. */
  children?: (busy: boolean) => ReactNode
}

/** Both ways to sign in: username and password, or an API key. */
export function SignInForm({ id, username, way: firstWay = 'password', onSignIn, isPage, children }: Props) {
  const [way, setWay] = useState<Way>(firstWay)
  const [problem, setProblem] = useState<string>()
  const secret = useRef<HTMLInputElement>(null)
  const [busy, setBusy] = useState(false)

  function reject(why: string) {
    setProblem(why)
    // What was wrong is most likely this: selected, so that typing replaces it.
    secret.current?.focus()
    secret.current?.select()
  }

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (busy) return
    const form = new FormData(event.currentTarget)
    const text = (name: string) => String(form.get(name) ?? '')
    const apiKey = trimmed(text('apiKey'))
    const credentials: Credentials =
      way === 'apiKey' ? { apiKey } : { username: trimmed(text('username')), password: text('password') }
    const unfit = unfitForKey(apiKey)
    if (unfit) return reject(unfit)
    setBusy(true)
    setProblem(undefined)
    try {
      await onSignIn(credentials, form.has('rememberMe'))
    } catch (error) {
      reject(sentence(error, way))
    } finally {
      setBusy(false)
    }
  }

  return (
    <form className="ui form" id={id} onSubmit={submit} onKeyDown={isPage ? submitWithControlEnter : undefined}>
      <fieldset className="ways">
        <legend className="visually-hidden">Way to sign in</legend>
        <WayButton way="password" chosen={way} onChoose={setWay}>
          Username and password
        </WayButton>
        <WayButton way="apiKey" chosen={way} onChoose={setWay}>
          API key
        </WayButton>
      </fieldset>
      {way === 'password' && (
        <Field
          label="Username"
          name="username"
          defaultValue={username}
          placeholder={window.concord?.login?.usernameHint}
          autoComplete="username"
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          required
          autoFocus={isPage}
          data-focus={username ? undefined : true}
        />
      )}
      <Field label={way === 'password' ? 'Password' : 'API key'} key={way} error={problem}>
        {(control) => (
          <RevealInput
            {...control}
            what={way === 'password' ? 'password' : 'API key'}
            inputRef={secret}
            name={way === 'password' ? 'password' : 'apiKey'}
            autoComplete={way === 'password' ? 'current-password' : 'off'}
            required
            data-focus={username || way === 'apiKey' ? true : undefined}
          />
        )}
      </Field>
      <label className="check">
        <input type="checkbox" name="rememberMe" /> Remember me on this device for two weeks
      </label>
      {children?.(busy)}
    </form>
  )
}

/** A header takes no such character: the request could not even be sent. */
function unfitForKey(apiKey: string): string | undefined {
  const found = /[^ -~]/u.exec(apiKey)
  if (!found) return undefined
  const what = trimmed(found[0]) ? `“${found[0]}”` : 'an invisible character'
  return `An API key can’t contain ${what} (character ${found.index + 1}). Copy the key again.`
}

function sentence(error: unknown, way: Way): string {
  if (isApiError(error) && rejectsUser(error)) return 'This user is disabled. Ask an administrator to enable it.'
  if (isApiError(error, 'unauthorized'))
    return way === 'password' ? 'Wrong username or password.' : 'This API key is unknown or has expired.'
  if (isApiError(error) && error.status === 429)
    return `Too many attempts. Try again in ${error.retryAfter ?? 60} seconds.`
  if (isApiError(error, 'unreachable')) return 'The server is not responding. Nothing is wrong with what you typed.'
  return isApiError(error)
    ? `The sign-in failed. Ask an administrator. The server said: ${error.message}`
    : 'The console has a bug. Reload the page.'
}

type WayProps = { way: Way; chosen: Way; onChoose: (way: Way) => void; children: ReactNode }

function WayButton({ way, chosen, onChoose, children }: WayProps) {
  return (
    <label>
      <input type="radio" name="way" value={way} checked={way === chosen} onChange={() => onChoose(way)} />
      <span>{children}</span>
    </label>
  )
}
