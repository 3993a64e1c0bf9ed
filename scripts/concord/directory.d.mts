export function startDirectory(
  folder: string,
): Promise<{ url: string; admin: { dn: string; password: string }; stop(): boolean }>
