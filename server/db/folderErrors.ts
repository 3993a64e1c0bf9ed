import { codeOf } from './storageTrouble.ts'

/** The data folder is unusable; the message has the reason and what to do. */
export class DataFolderError extends Error {}

/**
 * Turns an error of the file system or SQLite into a sentence about the data folder; returns any other error unchanged.
 */
export function inWords(error: unknown, dataDir: string): unknown {
  const code = codeOf(error)
  const [, sentence] = SENTENCES.find(([codes]) => code !== undefined && codes.test(code)) ?? []
  return sentence ? new DataFolderError(sentence(dataDir), { cause: error }) : error
}

const SENTENCES: [codes: RegExp, (dataDir: string) => string][] = [
  [
    /^(EEXIST|ENOTDIR)$/,
    (dataDir) => `The data folder ${dataDir} cannot be created: a file is in the way. Set DATA_DIR to another folder.`,
  ],
  [
    /^(EROFS|SQLITE_READONLY)/,
    (dataDir) =>
      `The data folder ${dataDir} or its database is read-only. Mount the disk writable and make this user the owner of the folder and its files, or set DATA_DIR to another folder.`,
  ],
  [
    /^(EACCES|EPERM|SQLITE_CANTOPEN|SQLITE_PERM|SQLITE_AUTH)/,
    (dataDir) =>
      `This user cannot write to the data folder ${dataDir}. Make the user the owner of the folder and its files, or set DATA_DIR to another folder.`,
  ],
  [
    /^(ENOSPC|EDQUOT|SQLITE_FULL)/,
    (dataDir) => `The disk of the data folder ${dataDir} is full. Free some space and try again; nothing was changed.`,
  ],
  [
    /^(SQLITE_NOTADB|SQLITE_CORRUPT)/,
    (dataDir) =>
      `The database in ${dataDir} is damaged, or not a database of this program. Keep a copy of the folder and restore a backup, as described in docs/operations.md.`,
  ],
  [
    /^(EIO|SQLITE_IOERR)/,
    (dataDir) => `The disk of the data folder ${dataDir} is failing. The operating system’s log may have the reason.`,
  ],
]
