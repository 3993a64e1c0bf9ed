import { codeOf } from './storageTrouble.ts'

/** The data folder cannot be used; the message says why, and what to do. */
export class DataFolderError extends Error {}

/** What the file system or SQLite said of a data folder, as a sentence; any other error as it is. */
export function inWords(error: unknown, dataDir: string): unknown {
  const code = codeOf(error)
  const [, sentence] = SENTENCES.find(([codes]) => code !== undefined && codes.test(code)) ?? []
  return sentence ? new DataFolderError(sentence(dataDir), { cause: error }) : error
}

const SENTENCES: [codes: RegExp, (dataDir: string) => string][] = [
  [
    /^(EEXIST|ENOTDIR)$/,
    (dataDir) =>
      `The data folder ${dataDir} cannot be made: there is a file of that name, or in the way to it. Set DATA_DIR to another folder.`,
  ],
  [
    /^(EROFS|SQLITE_READONLY)/,
    (dataDir) =>
      `The data folder ${dataDir} is read-only, or the database in it is. Mount its disk for writing and give this user the folder and all that is in it, or set DATA_DIR to another one.`,
  ],
  [
    /^(EACCES|EPERM|SQLITE_CANTOPEN|SQLITE_PERM|SQLITE_AUTH)/,
    (dataDir) =>
      `This user cannot write to the data folder ${dataDir}. Give it the folder and all that is in it, or set DATA_DIR to another one.`,
  ],
  [
    /^(ENOSPC|EDQUOT|SQLITE_FULL)/,
    (dataDir) =>
      `The disk of the data folder ${dataDir} is full. Make room there and try again; what was there is unchanged.`,
  ],
  [
    /^(SQLITE_NOTADB|SQLITE_CORRUPT)/,
    (dataDir) =>
      `The database in ${dataDir} is damaged, or none of this program. Keep a copy of the folder and restore a backup: docs/operations.md says how.`,
  ],
  [
    /^(EIO|SQLITE_IOERR)/,
    (dataDir) =>
      `The disk of the data folder ${dataDir} does not do what it should. The log of the operating system may say why.`,
  ],
]
