export function SecretCreatePage() {
  return null
}
