import './index.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createBrowserRouter } from 'react-router'
import { RouterProvider } from 'react-router/dom'
import { queryClient } from '#api/queryClient.ts'
import { fromPeerAddress } from '#paths.ts'
import { routes } from './routes.tsx'

const peerAddress = fromPeerAddress(window.location.hash)
if (peerAddress) window.history.replaceState(null, '', peerAddress)

// index.html has it.
const root = document.getElementById('root') as HTMLElement
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={createBrowserRouter(routes)} />
    </QueryClientProvider>
  </StrictMode>,
)
