import type Database from 'better-sqlite3'
import { type AuditProblem, digestOf, type SealedRow } from './append.ts'

interface ValueRow {
  field: string
  user_id: number | null
  salt: Buffer | null
  value: string | null
}

/**
 * What a seal covers of a value: its digest, and the user it is about, who stays named by number when the
 * value is erased. Rows written before 0004 cover the digest alone: their `user` is undefined.
 */
interface Covered {
  digest: unknown
  user: number | null | undefined
}

/** Finds what is wrong with the values beside a row. */
export type CheckValues = (row: Pick<SealedRow, 'id' | 'personal'>) => Generator<AuditProblem>

/**
 * The values beside a row are those that its seal covers, or were erased by an event that names
 * them: without the second, emptying them would go unseen.
 */
export function valueChecker(raw: Database.Database): CheckValues {
  const besides = raw.prepare<[number], ValueRow>(
    `select field, max(-1, min(user_id, ${Number.MAX_SAFE_INTEGER})) as user_id, salt, value
      from audit_personal where audit_id = ?`,
  )
  const erasures = erasuresIn(raw)
  return function* check({ id, personal }) {
    const sealed = coveredBy(personal)
    if (!sealed) {
      yield { row: id, message: `row ${id} is not as it was written: which values it has cannot be read` }
      return
    }
    for (const { field, user_id, salt, value } of besides.all(id)) {
      const covered = sealed.get(field)
      sealed.delete(field)
      if (!covered) {
        yield { row: id, message: `${field} of row ${id} was not written with it` }
        continue
      }
      if (covered.user !== undefined && covered.user !== user_id) {
        yield { row: id, message: `${field} of row ${id} is no longer about whom it was written` }
      }
      if (value === null && salt === null) {
        if (!erasures.some((erased) => erased({ row: id, field, user: covered.user }))) {
          yield { row: id, message: `${field} of row ${id} was emptied, and no event says so` }
        }
      } else if (value === null || salt === null || covered.digest !== digestOf({ salt, value })) {
        yield { row: id, message: `${field} of row ${id} is not as it was written` }
      }
    }
    for (const field of sealed.keys()) yield { row: id, message: `${field} of row ${id} is missing` }
  }
}

/** Values beside rows that are not there. */
export function* valuesWithoutRow(raw: Database.Database): Generator<AuditProblem> {
  const rows = raw.prepare<[], { field: string; row: string }>(
    `select field, cast(audit_id as text) as row from audit_personal
      where not exists (select 1 from audit where audit.id = audit_personal.audit_id) order by audit_id`,
  )
  for (const { field, row } of rows.iterate()) {
    yield { message: `${field} is kept for row ${row}, which is not there` }
  }
}

function coveredBy(personal: string): Map<string, Covered> | undefined {
  const fields = parsed(personal)
  if (!isRecord(fields)) return undefined
  const covered = new Map<string, Covered>()
  for (const [field, value] of Object.entries(fields)) {
    if (isRecord(value)) {
      covered.set(field, { digest: value.digest, user: typeof value.user === 'number' ? value.user : null })
    } else covered.set(field, { digest: value, user: undefined })
  }
  return covered
}

/** Whether an event says that a value was erased. */
type Erased = (value: { row: number; field: string; user: number | null | undefined }) => boolean

function erasuresIn(raw: Database.Database): Erased[] {
  return raw
    .prepare<[], string>("select facts from audit where action = 'users.erased' order by id")
    .pluck()
    .all()
    .map(erasedBy)
}

/** An event names the fields of each row; before it did, the rows and the users. */
function erasedBy(text: string): Erased {
  const facts = parsed(text)
  if (!isRecord(facts)) return () => false
  const { values } = facts
  if (isRecord(values)) {
    const erased = new Set(
      Object.entries(values).flatMap(([row, fields]) => listed(fields).map((field) => `${row} ${field}`)),
    )
    return ({ row, field }) => erased.has(`${row} ${field}`)
  }
  const rows = new Set(listed(facts.rows))
  const users = new Set(listed(facts.users))
  return ({ row, user }) => rows.has(row) && (user === null || user === undefined || users.has(user))
}

function listed(list: unknown): unknown[] {
  return Array.isArray(list) ? list : []
}

/** A JSON object of the log; undefined where somebody wrote something else there. */
export function readObject(text: string): Record<string, unknown> | undefined {
  const value = parsed(text)
  return isRecord(value) ? value : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
