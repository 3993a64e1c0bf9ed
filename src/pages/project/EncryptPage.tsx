import { type FormEvent, useRef, useState } from 'react'
import type { ShouldRevalidateFunctionArgs } from 'react-router'
import { encryptString, MAX_ENCRYPTED_BYTES } from '#api/projects.ts'
import { useChange } from '#api/useChange.ts'
import { ErrorMessage } from '#concord/ErrorMessage.tsx'
import { useProjectRef } from '#params.ts'
import { CopyOut } from '#ui/CopyOut.tsx'
import { Field } from '#ui/Field.tsx'
import { Page } from '#ui/Page.tsx'
import { RevealInput } from '#ui/RevealInput.tsx'
import { SubmitButton } from '#ui/SubmitButton.tsx'
import { submitWithControlEnter } from '#ui/submitWithControlEnter.ts'

/** Never while the page is open: what was typed would be lost with an error. */
export const shouldRevalidate = ({ currentUrl, nextUrl }: ShouldRevalidateFunctionArgs) =>
  currentUrl.pathname !== nextUrl.pathname

/** Only the input has the text: it is in no state, cache, storage or address, and is cleared once it was encrypted. */
export function EncryptPage() {
  const project = useProjectRef()
  const input = useRef<HTMLTextAreaElement>(null)
  const [encrypted, setEncrypted] = useState<string>()
  const [tooLong, setTooLong] = useState(false)
  const encrypt = useChange((text: string) => encryptString(project, text), {
    done: (data, isHere) => {
      if (!isHere) return
      setEncrypted(data)
      if (input.current) input.current.value = ''
    },
    // Nothing is stored: it can be asked for again.
    checkOutcome: async () => ({ words: 'Nothing was stored: encrypt it again.' }),
  })

  function submit(event: FormEvent) {
    event.preventDefault()
    const text = input.current?.value ?? ''
    const isTooLong = new TextEncoder().encode(text).length > MAX_ENCRYPTED_BYTES
    setTooLong(isTooLong)
    if (!isTooLong && text !== '') encrypt.mutate(text)
  }
  const { orgName, projectName } = project
  return (
    <Page
      title="Encrypt a string"
      documentTitle={`Encrypt a string of ${projectName}`}
      facts={
        <span className="mono">
          {orgName} / {projectName}
        </span>
      }
    >
      <form className="ui form" autoComplete="off" onSubmit={submit} onKeyDown={submitWithControlEnter}>
        <Field
          label="Text"
          help={`Only processes of ${projectName} can decrypt it. For a value of several projects, create a secret.`}
          error={
            tooLong
              ? `It has more than ${MAX_ENCRYPTED_BYTES.toLocaleString('en')} bytes: a flow could not decrypt it.`
              : undefined
          }
        >
          {(control) => (
            <RevealInput
              multiline
              what="text"
              {...control}
              textRef={input}
              required
              rows={4}
              onInput={(event) => {
                control.onInput(event)
                setEncrypted(undefined)
                setTooLong(false)
              }}
            />
          )}
        </Field>
        <ErrorMessage error={encrypt.error} title="The text was not encrypted." lostAnswer={encrypt.lostAnswer} />
        <div className="actions">
          <SubmitButton busy={encrypt.isPending}>Encrypt</SubmitButton>
        </div>
      </form>
      {encrypted && <Result text={encrypted} />}
    </Page>
  )
}

/** Both forms: flows take the expression, the API and other tools the string. */
function Result({ text }: { text: string }) {
  const [saved, setSaved] = useState<string[]>([])
  const copyOut = (what: string, shown: string, fileName: string, note: string) => (
    <CopyOut
      what={what}
      text={shown}
      fileName={fileName}
      isShownOnce={false}
      isSaved={saved.includes(what)}
      onSaved={() => setSaved([...saved, what])}
    >
      {note}
    </CopyOut>
  )
  return (
    <section aria-labelledby="encrypted" role="status">
      <h2 id="encrypted">Encrypted</h2>
      {copyOut(
        'expression',
        `\${crypto.decryptString('${text}')}`,
        'encrypted.txt',
        'For a flow. Logging it would show the text.',
      )}
      {copyOut('string', text, 'encrypted.base64', 'The same without the expression.')}
    </section>
  )
}
