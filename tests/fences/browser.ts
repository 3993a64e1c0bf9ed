// Node's globals must not exist for the console. A package that adds Node's types would fail here.
export type NodeOnly = [
  // @ts-expect-error
  typeof Buffer,
  // @ts-expect-error
  typeof process,
  // @ts-expect-error
  typeof setImmediate,
  // @ts-expect-error
  NodeJS.Timeout,
  // @ts-expect-error
  typeof import('node:fs'),
]
