export function SecretListPage() {
  return null
}
