import type { Kysely } from 'kysely'
import { createHash, createHmac, type KeyObject, randomBytes } from 'node:crypto'
import { Unavailable } from '../../errors.ts'
import { type Placeholders, prepared } from '../prepared.ts'
import type { AuditPersonalTable, AuditTable, Store } from '../schema.ts'
import { sendWithNext, transactionState, type Trx } from '../transact.ts'

/** A fact of an event that names or describes a person; kept beside the hash chain, so that it can be erased. */
export interface Personal {
  field: string
  value: string
  /** The user that the fact is about, if there is one. */
  userId?: number
}

interface AuditEvent extends Pick<AuditTable, 'at' | 'operator' | 'kind' | 'action' | 'command'> {
  segment?: number
  facts: Record<string, unknown>
  personal: readonly Personal[]
}

/** The columns that a row's seal covers. */
export type SealedRow = Omit<AuditTable, 'mac'>

/** A finding about the audit log. */
export interface AuditProblem {
  /** The row's number; absent if the problem is with the log as a whole. */
  row?: number
  message: string
}

/** Adds a row to the log, sealed together with the one before it. */
export async function insertAuditRow(trx: Trx, event: AuditEvent): Promise<number> {
  const { lastRow: last } = transactionState(trx)
  if (!transactionState(trx).isLogIntact) await refuseCutLog(trx, last?.id ?? 0)
  transactionState(trx).isLogIntact = true
  const personal = event.personal.map((fact) => ({ ...fact, salt: randomBytes(16) }))
  const row: SealedRow = {
    id: (last?.id ?? 0) + 1,
    segment: event.segment ?? last?.segment ?? 1,
    // Another event may have been written since the caller read the clock.
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
  await sendWithNext(trx, prepared(trx, insertedRow, { ...row, mac }))
  const state = transactionState(trx)
  state.lastRow = { id: row.id, segment: row.segment, mac }
  state.head = { events: row.id, head: mac.toString('hex') }
  if (event.segment !== undefined) state.hasNewSegment = true
  for (const { field, value, userId, salt } of personal) {
    const valueRow = { audit_id: row.id, field, user_id: userId ?? null, salt, value }
    await sendWithNext(trx, prepared(trx, insertedValue, valueRow))
  }
  return row.id
}

function insertedRow(trx: Kysely<Store>, row: Placeholders<AuditTable>) {
  return trx.insertInto('audit').values(row)
}

function insertedValue(trx: Kysely<Store>, value: Placeholders<AuditPersonalTable>) {
  return trx.insertInto('audit_personal').values(value)
}

function notBefore(time: Date, at: string): string {
  const iso = time.toISOString()
  return at < iso ? iso : at
}

/** @throws `audit-broken` if there are values of missing rows: the log was cut, and a new row would cover that up */
async function refuseCutLog(trx: Trx, last: number): Promise<void> {
  const [cutValue] = await prepared(trx, valuesOfCutRows, { last }).execute()
  if (cutValue === undefined) return
  throw new Unavailable(
    'audit-broken',
    `The audit log was cut: it ends at row ${last}, and row ${cutValue.audit_id} was there. Nothing was changed.`,
    {
      hint: 'Keep the store as it is, and restore a backup: ssh-admin audit verify says where the log ended.',
    },
  )
}

function valuesOfCutRows(trx: Kysely<Store>, { last }: Placeholders<{ last: number }>) {
  return trx
    .selectFrom('audit_personal')
    .select('audit_id')
    .where('audit_id', '>', last)
    .orderBy('audit_id')
    .limit(1)
}

/** @param before the seal of the preceding row; absent for the first row */
export function sealRow(
  key: KeyObject,
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

/** The digest that the seal covers instead of a personal value. */
export function digestOf({ salt, value }: { salt: Buffer; value: string }): string {
  return createHash('sha256').update(lengthOf(salt)).update(salt).update(value).digest('hex')
}

function lengthOf(field: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(field.length)
  return length
}
