import { sql } from 'kysely'
import type { ImportRow } from './imports.ts'
import { anyOf } from '../portable.ts'
import type { CentreKind, ImportChangeTable, UserStatus } from '../schema.ts'
import type { Trx } from '../transact.ts'

/** A user whom an import created, as they are now. */
export interface CreatedUser {
  id: number
  email: string
  status: UserStatus
  /** Suspended once, restored or not. */
  wasSuspended: boolean
  hasSignedIn: boolean
  isEdited: boolean
  /** ISO time; null where none was issued. */
  pinIssuedAt: string | null
  hasProgressionTests: boolean
  hasAssociateCentres: boolean
  isInAnotherImport: boolean
}

/** The users whom an import created, by their addresses. */
export async function usersCreatedBy(trx: Trx, importId: number): Promise<CreatedUser[]> {
  const rows = await trx
    .selectFrom('users')
    .select(['id', 'email', 'status', 'suspended_at', 'last_signed_in_at', 'edited_at', 'pin_issued_at'])
    .select((eb) => [
      eb
        .exists(
          eb.selectFrom('learner_groups').select('id').whereRef('learner_groups.owner_id', '=', 'users.id'),
        )
        .as('has_progression_tests'),
      eb
        .exists(
          eb.selectFrom('assignments').select('user_id').whereRef('assignments.user_id', '=', 'users.id'),
        )
        .as('has_associate_centres'),
      eb
        .exists(changesOfOthers(trx, importId).where('change.user_id', '=', sql.ref<number>('users.id')))
        .as('is_in_another_import'),
    ])
    .where('created_by_import', '=', importId)
    .orderBy('email_key')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    email: row.email,
    status: row.status,
    wasSuspended: row.suspended_at !== null,
    hasSignedIn: row.last_signed_in_at !== null,
    isEdited: row.edited_at !== null,
    pinIssuedAt: row.pin_issued_at,
    hasProgressionTests: Boolean(row.has_progression_tests),
    hasAssociateCentres: Boolean(row.has_associate_centres),
    isInAnotherImport: Boolean(row.is_in_another_import),
  }))
}

/** The changes of the other imports that stand. */
function changesOfOthers(trx: Trx, importId: number) {
  return trx
    .selectFrom('import_changes as change')
    .innerJoin('imports as other', 'other.id', 'change.import_id')
    .select('change.position')
    .where('change.import_id', '<>', importId)
    .where('other.state', '=', 'applied')
}

export async function removeUsers(trx: Trx, ids: readonly number[]): Promise<void> {
  await trx
    .deleteFrom('users')
    .where(anyOf(sql.ref('id'), ids))
    .execute()
}

/** Voids the PINs of an import that are open still. @returns how many */
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

/** A centre that an import created, as it is now. */
export interface CreatedCentre {
  id: number
  number: string
  kind: CentreKind
  isDeleted: boolean
  isEdited: boolean
  hasUsers: boolean
  /** It has some, or is assigned to somebody as one. */
  hasAssociateCentres: boolean
  isInAnotherImport: boolean
}

/** The centres that an import created, by their numbers. */
export async function centresCreatedBy(trx: Trx, importId: number): Promise<CreatedCentre[]> {
  const rows = await trx
    .selectFrom('centres')
    .select(['id', 'number', 'kind', 'deleted_at', 'edited_at'])
    .select((eb) => [
      eb
        .exists(eb.selectFrom('users').select('users.id').whereRef('users.centre_id', '=', 'centres.id'))
        .as('has_users'),
      eb
        .exists(
          eb
            .selectFrom('centres as associated')
            .select('associated.id')
            .whereRef('associated.associate_id', '=', 'centres.id'),
        )
        .as('has_associated'),
      eb
        .exists(
          eb.selectFrom('assignments').select('user_id').whereRef('assignments.centre_id', '=', 'centres.id'),
        )
        .as('is_assigned'),
      eb
        .exists(changesOfOthers(trx, importId).where('change.centre_id', '=', sql.ref<number>('centres.id')))
        .as('is_in_another_import'),
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
    hasAssociateCentres: Boolean(row.has_associated) || Boolean(row.is_assigned),
    isInAnotherImport: Boolean(row.is_in_another_import),
  }))
}

export async function removeCentres(trx: Trx, ids: readonly number[]): Promise<void> {
  await trx
    .deleteFrom('centres')
    .where(anyOf(sql.ref('id'), ids))
    .execute()
}

export interface ChangeToUndo {
  position: number
  kind: ImportChangeTable['kind']
  before: string | null
  after: string | null
  centre: {
    id: number
    number: string
    name: string
    deletedAt: string | null
    hasCoordinator: boolean
    /** Somebody was added there, or signed in, since the import. */
    usedSince: boolean
  } | null
  user: { id: number; email: string; status: string; deletedAt: string | null; addressInUse: boolean } | null
}

/** The change list of an import, last first, beside what is there now. */
export async function changesToUndo(trx: Trx, { id, at }: ImportRow): Promise<ChangeToUndo[]> {
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
    .select((eb) => [
      eb
        .exists(
          eb
            .selectFrom('users as coordinator')
            .select('coordinator.id')
            .whereRef('coordinator.centre_id', '=', 'centres.id')
            .where('coordinator.hub_role', '=', 'coordinator')
            .where('coordinator.status', '<>', 'deleted'),
        )
        .as('has_coordinator'),
      eb
        .exists(
          eb
            .selectFrom('users as since')
            .select('since.id')
            .whereRef('since.centre_id', '=', 'centres.id')
            .where('since.status', '<>', 'deleted')
            .where((or) => or.or([or('since.created_at', '>', at), or('since.last_signed_in_at', '>', at)])),
        )
        .as('used_since'),
      eb
        .exists(
          eb
            .selectFrom('users as other')
            .select('other.id')
            .whereRef('other.email_key', '=', 'users.email_key')
            .where('other.status', '<>', 'deleted'),
        )
        .as('address_in_use'),
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

export async function setCentreName(
  trx: Trx,
  { id, name, centreKey }: { id: number; name: string; centreKey: string },
) {
  await trx.updateTable('centres').set({ name, folded: centreKey }).where('id', '=', id).execute()
}

/** @param deletedAt null brings the centre back */
export async function setCentreDeleted(
  trx: Trx,
  { id, deletedAt }: { id: number; deletedAt: string | null },
) {
  await trx.updateTable('centres').set({ deleted_at: deletedAt }).where('id', '=', id).execute()
}

export async function setCentreApproved(trx: Trx, id: number) {
  await trx.updateTable('centres').set({ status: 'approved' }).where('id', '=', id).execute()
}

/** Brings a user back as they were, with the PIN that was open before. */
export async function bringUserBack(trx: Trx, { id, pinState }: { id: number; pinState: string | null }) {
  await trx
    .updateTable('users')
    .set((eb) => ({
      status: eb.ref('status_before_deletion').$notNull(),
      status_before_deletion: null,
      deleted_at: null,
      ...(pinState === 'issued' ? { pin_state: 'issued' as const } : {}),
    }))
    .where('id', '=', id)
    .execute()
}

/** Cancels the letters of an import that still wait. @returns how many, and to whom others went already */
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
  return { cancelled: Number(cancelled.numUpdatedRows), sentTo: sent.map(addresseeOf) }
}

/** A message to somebody who was erased keeps no address: they are called as their account is. */
function addresseeOf({
  to_address: address,
  email,
  id,
}: {
  to_address: string
  email: string | null
  id: number
}): string {
  return address === '' ? (email ?? `message ${id}`) : address
}

export async function markUndone(trx: Trx, { id, at }: { id: number; at: string }) {
  await trx.updateTable('imports').set({ state: 'undone', undone_at: at }).where('id', '=', id).execute()
}
