import type Database from 'better-sqlite3'
import { type AuditProblem, digestOf, type SealedRow, type SealedValue } from './rows.ts'

interface PersonalRow {
  field: string
  user_id: number | null
  salt: Buffer | null
  value: string | null
}

/**
 * The values beside a row are those that its seal covers, or were erased by an event that
 * names the row: without the second, emptying them would go unseen.
 */
export function* personalProblems(
  raw: Database.Database,
  { id, personal }: Pick<SealedRow, 'id' | 'personal'>,
): Generator<AuditProblem> {
  const sealed = new Map(Object.entries<SealedValue>(JSON.parse(personal)))
  for (const { field, user_id, salt, value } of besides(raw).all(id)) {
    const covered = sealed.get(field)
    const digest = typeof covered === 'string' ? covered : covered?.digest
    sealed.delete(field)
    if (typeof covered === 'object' && covered.user !== user_id) {
      yield { row: id, message: `${field} of row ${id} is no longer about whom it was written` }
    }
    if (value === null || salt === null) {
      if (erasures(raw).get({ row: id }) === undefined) {
        yield { row: id, message: `${field} of row ${id} was emptied, and no event says so` }
      }
    } else if (digest !== digestOf({ salt, value })) {
      yield { row: id, message: `${field} of row ${id} is not as it was written` }
    }
  }
  for (const field of sealed.keys()) yield { row: id, message: `${field} of row ${id} is missing` }
}

const prepared = new WeakMap<Database.Database, ReturnType<typeof prepare>>()

function prepare(raw: Database.Database) {
  return {
    besides: raw.prepare<[number], PersonalRow>(
      'select field, user_id, salt, value from audit_personal where audit_id = ?',
    ),
    erasures: raw.prepare<{ row: number }, unknown>(
      `select 1 from audit where action = 'users.erased'
        and exists (select 1 from json_each(facts, '$.rows') where value = @row) limit 1`,
    ),
  }
}

function statements(raw: Database.Database) {
  const known = prepared.get(raw) ?? prepare(raw)
  prepared.set(raw, known)
  return known
}

const besides = (raw: Database.Database) => statements(raw).besides
const erasures = (raw: Database.Database) => statements(raw).erasures
