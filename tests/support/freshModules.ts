import { vi } from 'vitest'

// Before each test file of the console: its modules keep state, which no other file may see. Packages stay loaded.
vi.resetModules()
