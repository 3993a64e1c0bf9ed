export function setUpHooks(root: string, env?: NodeJS.ProcessEnv): void
