import { type ApiKey, apiKeyListQuery, deleteApiKey } from '#api/apiKeys.ts'
import { readFresh } from '#api/queryClient.ts'
import { useChange } from '#api/useChange.ts'
import { ErrorMessage } from '#concord/ErrorMessage.tsx'
import { ConfirmDialog } from '#ui/ConfirmDialog.tsx'
import { focusHeading } from '#ui/focusHeading.ts'
import { announce } from '#ui/StatusMessage.tsx'

type Props = { apiKey: ApiKey; onClose: () => void }

export function DeleteKeyDialog({ apiKey: { id, name }, onClose }: Props) {
  const isThere = async () => (await readFresh(apiKeyListQuery)).some((key) => key.id === id)
  const remove = useChange(
    async () => {
      try {
        await deleteApiKey(id)
      } catch (error) {
        // Deleted elsewhere meanwhile: Concord rejects the unknown id.
        if (await isThere()) throw error
      }
      await readFresh(apiKeyListQuery)
    },
    {
      done: (_, isHere) => {
        announce(`API key “${name}” deleted.`)
        if (!isHere) return
        onClose()
        focusHeading()
      },
      checkOutcome: async () =>
        (await isThere())
          ? { words: 'It was not deleted: you can send it again.' }
          : { words: 'It was deleted.', made: { data: undefined } },
    },
  )
  return (
    <ConfirmDialog
      danger
      title={`Delete API key “${name}”`}
      action="Yes, delete this key"
      busy={remove.isPending}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
      problem={<ErrorMessage error={remove.error} title="The key was not deleted." lostAnswer={remove.lostAnswer} />}
    >
      <p>Scripts that use it stop working. You cannot undo this.</p>
    </ConfirmDialog>
  )
}
