import { ContentField } from './ContentField.tsx'
import type { ContentProps } from './fields.ts'

export const PublicKeyField = (props: ContentProps) => (
  <ContentField
    {...props}
    label="Public key"
    help="One line that begins with ssh-ed25519, ssh-rsa or alike."
    typed="in clear"
    accept=".pub,.pem,.txt"
  />
)

export const PrivateKeyField = (props: ContentProps) => (
  <ContentField {...props} label="Private key" help="OpenSSH or PEM, without a passphrase." typed="masked" />
)
