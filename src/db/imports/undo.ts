import { sql } from 'kysely'
import type { ImportRow } from './imports.ts'
import type { ImportChangeTable } from '../schema.ts'
import type { Trx } from '../transact.ts'

export interface LeftAlone {
  /** An address or a centre number. */
  what: string
  reason: string
}

/** Why a user whom an import created is left alone; null for one who is as the import made them. */
const reasonForUser = ({ id, at }: ImportRow) => sql<string | null>`case
  when users.status = 'active' then 'activated'
  when users.suspended_at is not null then 'suspended'
  when users.status = 'deleted' then 'deleted'
  when users.last_signed_in_at is not null then 'signed-in'
  when users.edited_at is not null then 'edited'
  when users.pin_issued_at is not null and users.pin_issued_at <> ${at} then 'newer-pin'
  when exists (select 1 from learner_groups where owner_id = users.id) then 'has-progression-tests'
  when exists (select 1 from assignments where user_id = users.id) then 'has-associate-centres'
  when exists (select 1 from import_changes as change join imports on imports.id = change.import_id
    where change.user_id = users.id and change.import_id <> ${id} and imports.state = 'applied') then 'in-another-import'
  end`

/** Removes the users that are as the import made them; the others are named, their PINs of it void. */
export async function removeImportedUsers(
  trx: Trx,
  imported: ImportRow,
): Promise<{ removed: number; pinsVoided: number; left: LeftAlone[] }> {
  const reason = reasonForUser(imported)
  const left = await trx
    .selectFrom('users')
    .select(['email as what', reason.$notNull().as('reason')])
    .where('created_by_import', '=', imported.id)
    .where(reason, 'is not', null)
    .orderBy('email_key')
    .execute()
  const removed = await trx
    .deleteFrom('users')
    .where('created_by_import', '=', imported.id)
    .where(reason, 'is', null)
    .executeTakeFirst()
  const voided = await trx
    .updateTable('users')
    .set({ pin_state: 'void' })
    .where('created_by_import', '=', imported.id)
    .where('pin_state', '=', 'issued')
    .where('pin_issued_at', '=', imported.at)
    .executeTakeFirst()
  const gone = Number(removed.numDeletedRows)
  return { removed: gone, pinsVoided: gone + Number(voided.numUpdatedRows), left }
}

const reasonForCentre = ({ id }: ImportRow) => sql<string | null>`case
  when centres.deleted_at is not null then 'deleted'
  when centres.edited_at is not null then 'edited'
  when exists (select 1 from users where centre_id = centres.id) then 'has-users'
  when exists (select 1 from centres as other where other.associate_id = centres.id) then 'has-associate-centres'
  when exists (select 1 from assignments where centre_id = centres.id) then 'has-associate-centres'
  when exists (select 1 from import_changes as change join imports on imports.id = change.import_id
    where change.centre_id = centres.id and change.import_id <> ${id} and imports.state = 'applied') then 'in-another-import'
  end`

/** Removes the centres that are as the import made them, associate centres before their Associate. */
export async function removeImportedCentres(
  trx: Trx,
  imported: ImportRow,
): Promise<{ removed: number; left: LeftAlone[] }> {
  const reason = reasonForCentre(imported)
  let removed = 0
  for (const kinds of [['associate-centre'], ['school', 'associate']] as const) {
    const gone = await trx
      .deleteFrom('centres')
      .where('created_by_import', '=', imported.id)
      .where('kind', 'in', kinds)
      .where(reason, 'is', null)
      .executeTakeFirst()
    removed += Number(gone.numDeletedRows)
  }
  const left = await trx
    .selectFrom('centres')
    .select(['number as what', reason.$notNull().as('reason')])
    .where('created_by_import', '=', imported.id)
    .orderBy('number')
    .execute()
  return { removed, left }
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
  { id, name, folded }: { id: number; name: string; folded: string },
) {
  await trx.updateTable('centres').set({ name, folded }).where('id', '=', id).execute()
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

/** Cancels the letters of an import that still wait, and names those that do not. */
export async function cancelLettersOfImport(
  trx: Trx,
  importId: number,
): Promise<{ cancelled: number; left: LeftAlone[] }> {
  const left = await trx
    .selectFrom('outbox')
    .select(['to_address as what', sql<string>`'letter-sent'`.as('reason')])
    .where('import_id', '=', importId)
    .where('state', 'in', ['sent', 'written', 'unknown'])
    .orderBy('id')
    .execute()
  const cancelled = await trx
    .updateTable('outbox')
    .set({ state: 'cancelled' })
    .where('import_id', '=', importId)
    .where('state', '=', 'queued')
    .executeTakeFirst()
  return { cancelled: Number(cancelled.numUpdatedRows), left }
}

export async function markUndone(trx: Trx, { id, at }: { id: number; at: string }) {
  await trx.updateTable('imports').set({ state: 'undone', undone_at: at }).where('id', '=', id).execute()
}
