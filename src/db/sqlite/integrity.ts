import type Database from 'better-sqlite3'
import { type Problem, Unavailable } from '../../errors.ts'
import { withDatabase } from './connection.ts'
import { applicationId } from './header.ts'
import { isDamage } from './errors.ts'
import { knownVersionOf } from './version.ts'

const maxLines = 20

/** Checks every page and foreign key of an open store. */
export function damageIn(raw: Database.Database, path: string): Problem[] {
  const said = raw
    .prepare(`pragma integrity_check(${maxLines})`)
    .pluck()
    .all()
    .map(String)
    .filter((line) => line !== 'ok')
  const orphans = raw.prepare('pragma foreign_key_check').raw().all().slice(0, maxLines).map(orphanOf)
  return [...said, ...orphans].map((words) => damageFound(path, words))
}

export function damageFound(path: string, words: string): Problem {
  return { target: path, code: 'store-damaged', message: `${path}: ${words}` }
}

function orphanOf(row: unknown): string {
  const [table, id, parent] = Array.isArray(row) ? row : []
  return `row ${id} of ${table} points into ${parent}, at nothing`
}

/** The damage of a store that cannot be opened, as far as it can be read. */
export function damageOf(path: string): Problem[] {
  try {
    return withDatabase(path, (raw) => damageIn(raw, path))
  } catch (error) {
    if (!isDamage(error)) throw error
    return [damageFound(path, error.message)]
  }
}

/** Why a file is not a complete store of a known version; undefined if it is one. */
export function integrityProblems(path: string): string | undefined {
  return withDatabase(path, (raw) => problemIn(raw, path), { fileMustExist: true })
}

function problemIn(raw: Database.Database, path: string): string | undefined {
  try {
    if (Number(raw.pragma('application_id', { simple: true })) !== applicationId)
      return 'is no store of ssh-admin'
    knownVersionOf(raw, path)
    const [first] = damageIn(raw, path)
    return first && `is damaged (${first.message})`
  } catch (error) {
    if (error instanceof Unavailable)
      return error.code === 'store-newer' ? 'was made by a newer ssh-admin' : 'is damaged'
    if (!isDamage(error)) throw error
    return error.message.includes('not a database') ? 'is no store of ssh-admin' : 'is damaged'
  }
}
