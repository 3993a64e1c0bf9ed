import { Outlet } from 'react-router'

export function SecretPage() {
  return <Outlet />
}
