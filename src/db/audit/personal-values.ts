import { type Kysely, sql } from 'kysely'
import type { AuditPersonalTable, Store } from '../schema.ts'
import { groupBy } from '../rows.ts'
import { type AuditProblem, digestOf, type SealedRow } from './append.ts'

type ValueRow = Omit<AuditPersonalTable, 'audit_id'>

/**
 * The part of a value that a seal covers: its digest, and the number of the user it is about, which stays when the
 * value is erased. Rows written before 0004 cover the digest alone: their `user` is undefined.
 */
interface Covered {
  digest: unknown
  user: number | null | undefined
}

/** Finds the problems of the values beside consecutive rows, as one list for each row. */
export type CheckValues = (rows: readonly Pick<SealedRow, 'id' | 'personal'>[]) => Promise<AuditProblem[][]>

/**
 * Checks that the values beside a row are those that its seal covers, or were erased by an event that names them:
 * without the second check, emptying values would go unnoticed.
 */
export async function valueChecker(db: Kysely<Store>): Promise<CheckValues> {
  const erasures = await erasuresIn(db)
  function* check({ id, personal }: Pick<SealedRow, 'id' | 'personal'>, valueRows: readonly ValueRow[]) {
    const sealed = coveredBy(personal)
    if (!sealed) {
      yield { row: id, message: `row ${id} is not as it was written: which values it has cannot be read` }
      return
    }
    for (const { field, user_id, salt, value } of valueRows) {
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
  return async (rows) => {
    const valuesByRow = await personalValuesOf(db, rows)
    return rows.map((row) => [...check(row, valuesByRow.get(row.id) ?? [])])
  }
}

async function personalValuesOf(
  db: Kysely<Store>,
  rows: readonly { id: number }[],
): Promise<Map<number, ValueRow[]>> {
  const [first, last] = [rows[0], rows.at(-1)]
  if (!first || !last) return new Map()
  const values = await db
    .selectFrom('audit_personal')
    .select(['audit_id', 'field', 'salt', 'value'])
    .select(readableUser.as('user_id'))
    .where('audit_id', '>=', first.id)
    .where('audit_id', '<=', last.id)
    .orderBy('audit_id')
    .orderBy('field')
    .execute()
  return groupBy(values, ({ audit_id }) => audit_id)
}

/** The user id, clamped so that a number that somebody else put there can be read too. */
const readableUser = sql<number | null>`case when user_id < -1 then -1
  when user_id > ${sql.lit(Number.MAX_SAFE_INTEGER)} then ${sql.lit(Number.MAX_SAFE_INTEGER)} else user_id end`

/** Problems about values of rows that do not exist. */
export async function valuesWithoutRow(db: Kysely<Store>): Promise<AuditProblem[]> {
  const rows = await db
    .selectFrom('audit_personal')
    .select(['field', sql<string>`cast(audit_id as text)`.as('number')])
    .where(sql<boolean>`not exists (select 1 from audit where audit.id = audit_personal.audit_id)`)
    .orderBy('audit_id')
    .execute()
  return rows.map(({ field, number }) => ({
    message: `${field} is kept for row ${number}, which is not there`,
  }))
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

async function erasuresIn(db: Kysely<Store>): Promise<Erased[]> {
  const events = db.selectFrom('audit').select('facts').where('action', '=', 'users.erased').orderBy('id')
  return (await events.execute()).map(({ facts }) => erasedBy(facts))
}

/** What an erasure event covers: it names the fields of each row; in older versions, the rows and the users. */
function erasedBy(text: string): Erased {
  const facts = parsed(text)
  if (!isRecord(facts)) return () => false
  const { values } = facts
  if (isRecord(values)) {
    const erased = new Set(
      Object.entries(values).flatMap(([row, fields]) => asArray(fields).map((field) => `${row} ${field}`)),
    )
    return ({ row, field }) => erased.has(`${row} ${field}`)
  }
  const rows = new Set(asArray(facts.rows))
  const users = new Set(asArray(facts.users))
  return ({ row, user }) => rows.has(row) && (user === null || user === undefined || users.has(user))
}

function asArray(list: unknown): unknown[] {
  return Array.isArray(list) ? list : []
}

/** A JSON object of the log; undefined if somebody put anything else there. */
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
