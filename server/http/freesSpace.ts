/** Requests that make room or end access, by their method and path: they may use the reserve. */
export const freesSpace = (method: string, path: string) =>
  method === 'DELETE' ||
  (method === 'POST' && path === '/api/service/console/logout') ||
  (method === 'PUT' && /^\/api\/v1\/user\/[^/]+\/disable$/.test(path))
