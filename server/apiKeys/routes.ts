import type { Hono } from 'hono'
import type { Env, Services } from '../services.ts'

export function apiKeyRoutes(_app: Hono<Env>, _services: Services) {}
