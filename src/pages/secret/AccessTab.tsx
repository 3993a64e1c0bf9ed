export function AccessTab() {
  return null
}
