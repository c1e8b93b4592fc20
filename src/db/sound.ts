import Database from 'better-sqlite3'
import { latestVersion } from './migrations/index.ts'
import { applicationId } from './open.ts'

/** Something wrong with a store or what lies beside it. */
export interface Finding {
  /** What it is about: a file, or `audit log`. */
  target: string
  code: string
  message: string
  hint?: string
}

const mostLines = 20

/** Reads every page of an open store, and says what does not hold together. */
export function damageIn(raw: Database.Database, path: string): Finding[] {
  const said = raw
    .prepare(`pragma integrity_check(${mostLines})`)
    .pluck()
    .all()
    .map(String)
    .filter((line) => line !== 'ok')
    .map((line) => ({ target: path, code: 'store-damaged', message: `${path}: ${line}` }))
  const orphans = raw.prepare('pragma foreign_key_check').raw().all().slice(0, mostLines).map(orphanOf)
  return [
    ...said,
    ...orphans.map((words) => ({ target: path, code: 'store-damaged', message: `${path}: ${words}` })),
  ]
}

function orphanOf(row: unknown): string {
  const [table, id, parent] = Array.isArray(row) ? row : []
  return `row ${id} of ${table} points into ${parent}, at nothing`
}

/** Why a file is not a whole store that this program can use; nothing when it is. */
export function unsoundness(path: string): string | undefined {
  const raw = new Database(path, { fileMustExist: true })
  try {
    if (Number(raw.pragma('application_id', { simple: true })) !== applicationId)
      return 'is no store of ssh-admin'
    const version = Number(raw.pragma('user_version', { simple: true }))
    if (version > latestVersion) return 'was made by a newer ssh-admin'
    const [first] = damageIn(raw, path)
    return first && `is damaged (${first.message})`
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    if (error.code === 'SQLITE_NOTADB') return 'is no store of ssh-admin'
    if (String(error.code).startsWith('SQLITE_CORRUPT')) return 'is damaged'
    throw error
  } finally {
    raw.close()
  }
}
