import { ContentField } from './ContentField.tsx'
import { CredentialsFields } from './CredentialsFields.tsx'
import type { ContentProps, FormProps } from './fields.ts'
import { PrivateKeyField, PublicKeyField } from './KeyPairFields.tsx'

/** The fields of the chosen kind. */
export function ValueFields(props: FormProps) {
  const { draft, change, errorAt, warningsAt, inspected } = props
  const content = (field: 'publicKey' | 'privateKey' | 'value' | 'file'): ContentProps & { key: string } => ({
    key: field,
    content: draft[field],
    onChange: (content) => change({ [field]: content }),
    error: errorAt(field),
    warnings: warningsAt(field),
    onFix: change,
  })
  switch (draft.kind) {
    case 'key-pair':
      return (
        <>
          <PublicKeyField {...content('publicKey')} facts={inspected.publicKey?.facts} />
          <PrivateKeyField {...content('privateKey')} facts={inspected.privateKey?.facts} />
        </>
      )
    case 'username-password':
      return <CredentialsFields {...props} />
    case 'value':
      return (
        <ContentField {...content('value')} label="Value" help="Kept as it is, to the byte." typed="masked" rows={4} />
      )
    case 'file':
      return <ContentField {...content('file')} label="File" help="Any bytes, up to 1 MiB." />
    default:
      return null
  }
}
