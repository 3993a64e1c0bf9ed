import './index.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createBrowserRouter } from 'react-router'
import { RouterProvider } from 'react-router/dom'
import { forgetEarly } from '#api/early.ts'
import { FirstSkeleton } from '#pages/Root.tsx'
import { firstAddress } from './firstAddress.ts'
import { routes } from './routes.tsx'

// index.html has the element.
const root = createRoot(document.getElementById('root') as HTMLElement)
root.render(<FirstSkeleton />)

const address = await firstAddress()
if (address) window.history.replaceState(null, '', address)

const router = createBrowserRouter(routes, { future: { v8_middleware: true } })
// The first page has what it wants.
const unsubscribe = router.subscribe(({ initialized }) => {
  if (!initialized) return
  unsubscribe()
  forgetEarly()
})

root.render(
  <StrictMode>
    <RouterProvider router={router} />
  </StrictMode>,
)
