import './index.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createBrowserRouter } from 'react-router'
import { RouterProvider } from 'react-router/dom'
import { FirstSkeleton } from '#pages/Root.tsx'
import { firstAddress } from './firstAddress.ts'
import { routes } from './routes.tsx'

// index.html has the element.
const root = createRoot(document.getElementById('root') as HTMLElement)
root.render(<FirstSkeleton />)

const address = await firstAddress()
if (address) window.history.replaceState(null, '', address)

root.render(
  <StrictMode>
    <RouterProvider router={createBrowserRouter(routes, { future: { v8_middleware: true } })} />
  </StrictMode>,
)
