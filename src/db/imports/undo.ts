import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { ImportRow } from './imports.ts'
import type { Trx } from '../transact.ts'

/** The users whom an import created, by their addresses. */
export async function usersCreatedBy(trx: Trx, importId: number) {
  const rows = await trx
    .selectFrom('users')
    .select(['id', 'email', 'status', 'suspended_at', 'last_signed_in_at', 'edited_at', 'pin_issued_at'])
    .select(sql<boolean>`(password_hash is not null)`.as('has_password'))
    .select([
      existsIn(sql`learner_groups where owner_id = users.id`).as('has_progression_tests'),
      existsIn(sql`assignments where user_id = users.id`).as('has_associate_centres'),
      existsIn(sql`${changesOfOthers(importId)} and change.user_id = users.id`).as('is_in_another_import'),
    ])
    .where('created_by_import', '=', importId)
    .orderBy('email_key')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    email: row.email,
    status: row.status,
    /** Whether they were ever suspended, restored since or not. */
    wasSuspended: row.suspended_at !== null,
    /** Whether they chose a password, with the PIN or a temporary password; the code may still be outstanding. */
    hasPassword: Boolean(row.has_password),
    hasSignedIn: row.last_signed_in_at !== null,
    isEdited: row.edited_at !== null,
    pinIssuedAt: row.pin_issued_at,
    hasProgressionTests: Boolean(row.has_progression_tests),
    hasAssociateCentres: Boolean(row.has_associate_centres),
    isInAnotherImport: Boolean(row.is_in_another_import),
  }))
}

export type CreatedUser = Awaited<ReturnType<typeof usersCreatedBy>>[number]

function existsIn(rows: RawBuilder<unknown>): RawBuilder<SqlBool> {
  return sql`exists (select 1 from ${rows})`
}

/** The changes of other imports that were not undone. */
function changesOfOthers(importId: number) {
  return sql`import_changes as change join imports as other on other.id = change.import_id
    where change.import_id <> ${importId} and other.state = 'applied'`
}

/** Voids the PINs of an import that are still open. @returns how many */
export async function voidPinsOfImport(trx: Trx, { id, at }: ImportRow): Promise<number> {
  const voided = await trx
    .updateTable('users')
    .set({ pin_state: 'void' })
    .where('created_by_import', '=', id)
    .where('pin_state', '=', 'issued')
    .where('pin_issued_at', '=', at)
    .executeTakeFirst()
  return Number(voided.numUpdatedRows)
}

/** The centres that an import created, by their numbers. */
export async function centresCreatedBy(trx: Trx, importId: number) {
  const rows = await trx
    .selectFrom('centres')
    .select(['id', 'number', 'kind', 'deleted_at', 'edited_at'])
    .select([
      existsIn(sql`users where centre_id = centres.id`).as('has_users'),
      existsIn(sql`centres as associated where associated.associate_id = centres.id`).as('has_associated'),
      existsIn(sql`assignments where centre_id = centres.id`).as('is_assigned'),
      existsIn(sql`${changesOfOthers(importId)} and change.centre_id = centres.id`).as(
        'is_in_another_import',
      ),
    ])
    .where('created_by_import', '=', importId)
    .orderBy('number')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    number: row.number,
    kind: row.kind,
    isDeleted: row.deleted_at !== null,
    isEdited: row.edited_at !== null,
    hasUsers: Boolean(row.has_users),
    /** Whether it has associate centres, or is assigned to an account as one. */
    hasAssociateCentres: Boolean(row.has_associated) || Boolean(row.is_assigned),
    isInAnotherImport: Boolean(row.is_in_another_import),
  }))
}

export type CreatedCentre = Awaited<ReturnType<typeof centresCreatedBy>>[number]

/** The change list of an import, last first, with the present state of what it changed. */
export async function changesToUndo(trx: Trx, { id, at }: ImportRow) {
  const rows = await trx
    .selectFrom('import_changes')
    .leftJoin('centres', 'centres.id', 'import_changes.centre_id')
    .leftJoin('users', 'users.id', 'import_changes.user_id')
    .select([
      'position',
      'import_changes.kind',
      'before',
      'after',
      'centres.id as centre_id',
      'centres.number',
      'centres.name',
      'centres.deleted_at as centre_deleted_at',
      'users.id as user_id',
      'users.email',
      'users.status',
      'users.deleted_at as user_deleted_at',
    ])
    .select([
      existsIn(sql`users as there where there.centre_id = centres.id and there.hub_role = 'coordinator'
        and there.status <> 'deleted'`).as('has_coordinator'),
      existsIn(sql`users as since where since.centre_id = centres.id and since.status <> 'deleted'
        and (since.created_at > ${at} or since.last_signed_in_at > ${at})`).as('used_since'),
      existsIn(sql`users as other where other.email_key = users.email_key
        and other.status <> 'deleted'`).as('address_in_use'),
    ])
    .where('import_id', '=', id)
    .orderBy('position', 'desc')
    .execute()
  return rows.map((row) => ({
    position: row.position,
    kind: row.kind,
    before: row.before,
    after: row.after,
    centre:
      row.centre_id === null
        ? null
        : {
            id: row.centre_id,
            number: row.number ?? '',
            name: row.name ?? '',
            deletedAt: row.centre_deleted_at,
            hasCoordinator: Boolean(row.has_coordinator),
            /** Whether a user was added there, or signed in, since the import. */
            usedSince: Boolean(row.used_since),
          },
    user:
      row.user_id === null
        ? null
        : {
            id: row.user_id,
            email: row.email ?? '',
            status: row.status ?? '',
            deletedAt: row.user_deleted_at,
            addressInUse: Boolean(row.address_in_use),
          },
  }))
}

export type ChangeToUndo = Awaited<ReturnType<typeof changesToUndo>>[number]

export async function setCentreName(
  trx: Trx,
  { id, name, centreKey }: { id: number; name: string; centreKey: string },
) {
  await trx.updateTable('centres').set({ name, folded: centreKey }).where('id', '=', id).execute()
}

export async function setCentreApproved(trx: Trx, id: number) {
  await trx.updateTable('centres').set({ status: 'approved' }).where('id', '=', id).execute()
}

/** Restores a deleted user with the PIN that was open before, unless every PIN was voided since. */
export async function restoreDeletedUser(
  trx: Trx,
  { id, pinState }: { id: number; pinState: string | null },
) {
  await trx
    .updateTable('users')
    .set((eb) => ({
      status: eb.ref('status_before_deletion').$notNull(),
      status_before_deletion: null,
      deleted_at: null,
      ...(pinState === 'issued'
        ? { pin_state: sql<'issued'>`case when pin_nonce is null then pin_state else 'issued' end` }
        : {}),
    }))
    .where('id', '=', id)
    .execute()
}

/** Cancels the waiting letters of an import. @returns how many, and the recipients of those already sent */
export async function cancelLettersOfImport(
  trx: Trx,
  importId: number,
): Promise<{ cancelled: number; sentTo: string[] }> {
  const sent = await trx
    .selectFrom('outbox')
    .leftJoin('users', 'users.id', 'outbox.user_id')
    .select(['to_address', 'outbox.id', 'users.email'])
    .where('import_id', '=', importId)
    .where('state', 'in', ['sent', 'written', 'unknown'])
    .orderBy('outbox.id')
    .execute()
  const cancelled = await trx
    .updateTable('outbox')
    .set({ state: 'cancelled' })
    .where('import_id', '=', importId)
    .where('state', '=', 'queued')
    .executeTakeFirst()
  // A message to an erased user keeps no address: the address of their account is shown.
  const sentTo = sent.map(({ to_address, email, id }) => to_address || (email ?? `message ${id}`))
  return { cancelled: Number(cancelled.numUpdatedRows), sentTo }
}

export async function markUndone(trx: Trx, { id, at }: { id: number; at: string }) {
  await trx.updateTable('imports').set({ state: 'undone', undone_at: at }).where('id', '=', id).execute()
}
