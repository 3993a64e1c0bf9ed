export function InfoTab() {
  return null
}
