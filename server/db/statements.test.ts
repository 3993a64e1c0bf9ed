import LibSql from 'libsql'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Statements } from './statements.ts'

let file: LibSql.Database
let statements: Statements
beforeEach(() => {
  file = new LibSql(':memory:')
  statements = new Statements(file)
  file.exec('CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT NOT NULL) STRICT')
})
afterEach(() => {
  file.close()
})

const run = (sql: string, ...parameters: unknown[]) => statements.run({ sql, parameters })
const INSERT = 'INSERT INTO t (b) VALUES (?)'
const ALL = 'SELECT * FROM t'

test('prepares a statement once', () => {
  const prepare = vi.spyOn(file, 'prepare')
  for (const name of ['x', 'y', 'z']) run(INSERT, name)
  expect(run('SELECT b FROM t WHERE a = ?', 2).rows).toEqual([{ b: 'y' }])
  expect(run('SELECT b FROM t WHERE a = ?', 3).rows).toEqual([{ b: 'z' }])
  expect(prepare).toHaveBeenCalledTimes(2)
})

test('reports what a change has done', () => {
  expect(run(INSERT, 'x')).toEqual({ numAffectedRows: 1n, insertId: 1n, rows: [] })
  expect(run('UPDATE t SET b = ?', 'y').numAffectedRows).toBe(1n)
  expect(run('INSERT INTO t (b) VALUES (?) RETURNING a', 'z').rows).toEqual([{ a: 2 }])
})

test('reads one row of several, and leaves none behind', () => {
  for (const name of ['x', 'y']) run(INSERT, name)
  const first = () => statements.run({ sql: 'SELECT b FROM t ORDER BY a', parameters: [], isSingle: true }).rows
  expect(first()).toEqual([{ b: 'x' }])
  run('DROP TABLE t')
  expect(() => first()).toThrow('no such table')
})

test('works with the columns of a changed schema', () => {
  run(INSERT, 'x')
  expect(run(ALL).rows).toEqual([{ a: 1, b: 'x' }])
  run('ALTER TABLE t ADD COLUMN c TEXT')
  expect(run(ALL).rows).toEqual([{ a: 1, b: 'x', c: null }])
  run('ALTER TABLE t DROP COLUMN b')
  expect(run(ALL).rows).toEqual([{ a: 1, c: null }])
})

test('runs a statement again that has failed', () => {
  expect(() => run('INSERT INTO t VALUES (?, ?)', 1, null)).toThrow('NOT NULL')
  run('INSERT INTO t VALUES (?, ?)', 1, 'x')
  expect(() => run('INSERT INTO t VALUES (?, ?)', 1, 'y')).toThrow('UNIQUE')
  run('INSERT INTO t VALUES (?, ?)', 2, 'y')
  expect(run(ALL).rows).toHaveLength(2)
})

test('keeps a limited number, and no long ones', () => {
  for (let i = 0; i < 2_000; i++) run(`SELECT ${i}`)
  expect(statements.size).toBeLessThanOrEqual(300)
  statements.clear()
  run(`SELECT 1 IN (${'?, '.repeat(5_000)}?)`, ...Array(5_001).fill(1))
  expect(statements.size).toBe(0)
})

test('keeps the statements that are used', () => {
  const prepare = vi.spyOn(file, 'prepare')
  for (let i = 0; i < 1_000; i++) {
    run(ALL)
    run(`SELECT ${i}`)
  }
  expect(prepare.mock.calls.filter(([sql]) => sql === ALL)).toHaveLength(1)
})
