import { type FormEvent, useEffect, useRef, useState } from 'react'
import { apiKeyListQuery, createApiKey } from '#api/apiKeys.ts'
import { explained } from '#api/explain.ts'
import { readFresh } from '#api/queryClient.ts'
import { useChange } from '#api/useChange.ts'
import { ErrorMessage } from '#concord/ErrorMessage.tsx'
import { nameProblem } from '#concord/secretName.ts'
import { CopyOut } from '#ui/CopyOut.tsx'
import { Field } from '#ui/Field.tsx'
import { LeaveGuard } from '#ui/LeaveGuard.tsx'
import { warn } from '#ui/StatusMessage.tsx'
import { SubmitButton } from '#ui/SubmitButton.tsx'

type Created = { name: string; value: string; isSaved: boolean }
type Props = { names: string[] }

/** The form, and in its place the new key: its value is in this component's state and nowhere else. */
export function CreateKey({ names }: Props) {
  const [name, setName] = useState('')
  const [tried, setTried] = useState(false)
  const [created, setCreated] = useState<Created>()
  const isTaken = names.includes(name)
  const problem = isTaken ? 'You have a key with this name.' : nameProblem(name)?.words
  const create = useChange(
    async () => {
      const value = await createApiKey(name)
      setCreated({ name, value, isSaved: false })
      await readFresh(apiKeyListQuery)
    },
    {
      done: (_, isHere) => {
        setTried(false)
        if (isHere) setName('')
        else warn(`The API key “${name}” was created, but not shown. Delete it and create another.`)
      },
      failed: (error, isHere) =>
        !isHere && warn(`The API key “${name}” may not have been created. ${explained(error)}`),
      checkOutcome: async () => {
        const isThere = (await readFresh(apiKeyListQuery)).some((key) => key.name === name)
        return {
          words: isThere
            ? 'It was created, but its value was lost. Delete it and create another.'
            : 'It was not created: you can send it again.',
        }
      },
    },
  )
  if (created)
    return (
      <NewKey
        created={created}
        onSaved={() => setCreated({ ...created, isSaved: true })}
        onDone={() => {
          create.reset()
          setCreated(undefined)
        }}
      />
    )

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    setTried(true)
    if (problem) event.currentTarget.querySelector('input')?.focus()
    else create.mutate()
  }
  return (
    <form className="ui form create-key" noValidate onSubmit={submit}>
      <Field
        label="Name of the new key"
        help="What will use it, such as ci-deploy."
        value={name}
        onChange={({ target }) => setName(target.value)}
        error={(tried || isTaken) && problem}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
      />
      <ErrorMessage error={create.error} title="The key was not created." lostAnswer={create.lostAnswer} />
      <div className="actions">
        <SubmitButton busy={create.isPending}>Create API key</SubmitButton>
      </div>
    </form>
  )
}

type NewKeyProps = { created: Created; onSaved: () => void; onDone: () => void }

function NewKey({ created: { name, value, isSaved }, onSaved, onDone }: NewKeyProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <section className="new-key">
      <h2 ref={heading} tabIndex={-1}>
        “{name}” is created
      </h2>
      <CopyOut
        what="API key"
        text={value}
        fileName={`${name}.api-key.txt`}
        isShownOnce
        isSaved={isSaved}
        onSaved={onSaved}
      >
        It is shown only now. Send it as the Authorization header.
      </CopyOut>
      {isSaved && (
        <button type="button" className="ui button" onClick={onDone}>
          Done
        </button>
      )}
      <LeaveGuard when={!isSaved} leaving={() => true} title="Leave without saving the API key?" action="Yes, leave">
        You have neither copied nor downloaded it. The server cannot show it again.
      </LeaveGuard>
    </section>
  )
}
