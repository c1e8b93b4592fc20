import type Database from 'better-sqlite3'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { AuditPersonalTable, AuditTable, EventKind } from '../schema.ts'
import { transactionState, type Trx } from '../transact.ts'

/** A fact of an event that names or describes a person: kept beside the chain, erasable. */
export interface Personal {
  field: string
  value: string
  /** The user it is about, where there is one. */
  userId?: number
}

interface AuditEvent {
  at: string
  segment?: number
  operator: string
  kind: EventKind
  action: string
  command: string
  facts: Record<string, unknown>
  personal: readonly Personal[]
}

/** What a row's seal covers. */
export interface SealedRow {
  id: number
  segment: number
  at: string
  operator: string
  kind: string
  action: string
  command: string
  facts: string
  personal: string
}

/** A row of the audit log that is not as it was written. */
export interface AuditProblem {
  /** The row's number; absent where the log as a whole is meant. */
  row?: number
  message: string
}

/** Adds a row to the log, sealed together with the one before it. */
export async function insertAuditRow(trx: Trx, event: AuditEvent): Promise<number> {
  const last = await lastSeal(trx)
  const personal = event.personal.map((fact) => ({ ...fact, salt: randomBytes(16) }))
  const row: SealedRow = {
    id: (last?.id ?? 0) + 1,
    segment: event.segment ?? last?.segment ?? 1,
    // Another may have written since whoever writes this asked what time it was.
    at: notBefore(transactionState(trx).at, event.at),
    operator: event.operator,
    kind: event.kind,
    action: event.action,
    command: event.command,
    facts: JSON.stringify(event.facts),
    personal: JSON.stringify(
      Object.fromEntries(
        personal.map(({ field, salt, value, userId }) => [
          field,
          { digest: digestOf({ salt, value }), user: userId ?? null },
        ]),
      ),
    ),
  }
  const mac = sealRow(transactionState(trx).auditKey, { row, before: last?.mac })
  await trx
    .insertInto('audit')
    .values({ ...row, kind: event.kind, mac })
    .execute()
  transactionState(trx).head = { events: row.id, head: mac.toString('hex') }
  const beside: AuditPersonalTable[] = personal.map(({ field, value, userId, salt }) => ({
    audit_id: row.id,
    field,
    user_id: userId ?? null,
    salt,
    value,
  }))
  if (beside.length > 0) await trx.insertInto('audit_personal').values(beside).execute()
  return row.id
}

function notBefore(time: Date, at: string): string {
  const iso = time.toISOString()
  return at < iso ? iso : at
}

/** The last row's number, part of the log, and seal: its head. */
export function lastSeal(trx: Trx): Promise<Pick<AuditTable, 'id' | 'segment' | 'mac'> | undefined> {
  return trx
    .selectFrom('audit')
    .select(['id', 'segment', 'mac'])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** @param before the seal of the row before it; absent for the first */
export function sealRow(
  key: Buffer,
  { row, before }: { row: SealedRow; before?: Buffer | undefined },
): Buffer {
  const seal = createHmac('sha256', key)
  const fields = [
    String(row.id),
    String(row.segment),
    row.at,
    row.operator,
    row.kind,
    row.action,
    row.command,
    row.facts,
    row.personal,
  ]
  for (const field of [before ?? Buffer.alloc(0), ...fields.map((text) => Buffer.from(text))]) {
    seal.update(lengthOf(field)).update(field)
  }
  return seal.digest()
}

/**
 * What the chain covers of a value beside a row: its digest, and the user it is about, who stays
 * named by number when the value is erased. Rows written before 0004 cover the digest alone.
 */
type SealedValue = string | { digest: string; user: number | null }

/** The digest that the chain covers in place of a personal value. */
function digestOf({ salt, value }: { salt: Buffer; value: string }): string {
  return createHash('sha256').update(lengthOf(salt)).update(salt).update(value).digest('hex')
}

function lengthOf(field: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(field.length)
  return length
}

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
