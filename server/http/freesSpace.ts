/** Requests that free space or end access, by method and path: they may use the reserve. */
export const freesSpace = (method: string, path: string) =>
  method === 'DELETE' ||
  (method === 'POST' && path === '/api/service/console/logout') ||
  (method === 'PUT' && /^\/api\/v1\/user\/[^/]+\/disable$/.test(path))
