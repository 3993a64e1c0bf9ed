import './index.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createBrowserRouter } from 'react-router'
import { RouterProvider } from 'react-router/dom'
import { firstAddress } from './firstAddress.ts'
import { routes } from './routes.tsx'

const address = await firstAddress()
if (address) window.history.replaceState(null, '', address)

// index.html has it.
const root = document.getElementById('root') as HTMLElement
createRoot(root).render(
  <StrictMode>
    <RouterProvider router={createBrowserRouter(routes, { future: { v8_middleware: true } })} />
  </StrictMode>,
)
