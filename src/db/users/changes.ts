import { sql, type Updateable } from 'kysely'
import type { HubRole, NewUserRow, UserTable } from '../schema.ts'
import { sendRaw, sendWithNext, type Trx } from '../transact.ts'

/** @returns the new user's id */
export async function insertUser(trx: Trx, row: NewUserRow): Promise<number> {
  const { id } = await trx.insertInto('users').values(row).returning('id').executeTakeFirstOrThrow()
  return id
}

/** Inserts a user with roles and sites without a round trip of its own; the caller reads them by address next. */
export async function insertNewUser(
  trx: Trx,
  row: NewUserRow,
  { roles, sites }: { roles: readonly string[]; sites: readonly string[] },
): Promise<void> {
  await sendWithNext(trx, trx.insertInto('users').values(row))
  const newUser = sql`users where email_key = ${row.email_key} and status <> 'deleted'`
  for (const { table, column, value } of rowsOf({ roles, sites })) {
    const values = sql`select id, cast(${value} as text) from ${newUser}`
    await sendRaw(trx, sql`insert into ${table} (user_id, ${column}) ${values}`)
  }
}

interface DatedChange {
  id: number
  at: Date
}

export async function markSuspended(
  trx: Trx,
  { id, before, at }: DatedChange & { before: 'invited' | 'active' },
): Promise<void> {
  await change(trx, id, {
    status: 'suspended',
    status_before_suspension: before,
    suspended_at: at.toISOString(),
  })
}

export async function markRestored(
  trx: Trx,
  { id, status }: { id: number; status: 'invited' | 'active' },
): Promise<void> {
  // `suspended_at` stays, as undoing an import leaves a user alone who was ever suspended.
  await change(trx, id, { status, status_before_suspension: null })
}

export async function markDeleted(
  trx: Trx,
  { id, before, at }: DatedChange & { before: 'invited' | 'active' | 'suspended' },
): Promise<void> {
  await change(trx, id, {
    status: 'deleted',
    status_before_deletion: before,
    deleted_at: at.toISOString(),
  })
}

export async function markUndeleted(
  trx: Trx,
  { id, status }: { id: number; status: 'invited' | 'active' | 'suspended' },
): Promise<void> {
  await change(trx, id, { status, status_before_deletion: null, deleted_at: null })
}

/** Sets the user's centre and hub role, not their status. */
export async function setCentreAndHubRole(
  trx: Trx,
  { id, centreId, hubRole, at }: DatedChange & { centreId: number | null; hubRole: HubRole | null },
): Promise<void> {
  await change(trx, id, { centre_id: centreId, hub_role: hubRole, edited_at: at.toISOString() })
}

interface Details {
  email: string
  emailKey: string
  firstName: string
  lastName: string
  folded: string
  hubRole: HubRole | null
}

export async function setDetails(
  trx: Trx,
  { id, at, email, emailKey, firstName, lastName, folded, hubRole }: DatedChange & Details,
): Promise<void> {
  await change(trx, id, {
    email,
    email_key: emailKey,
    first_name: firstName,
    last_name: lastName,
    folded,
    hub_role: hubRole,
    edited_at: at.toISOString(),
  })
}

/** Marks a user who was given something, whom undoing an import then leaves alone. */
export async function markEdited(trx: Trx, { id, at }: DatedChange): Promise<void> {
  await change(trx, id, { edited_at: at.toISOString() })
}

/** Issues a new PIN in place of the former one. */
export async function setPin(trx: Trx, { id, nonce, at }: DatedChange & { nonce: Buffer }): Promise<void> {
  await change(trx, id, {
    pin_nonce: nonce,
    pin_state: 'issued',
    pin_issued_at: at.toISOString(),
    pin_wrong_tries: 0,
  })
}

async function change(trx: Trx, id: number, values: Updateable<UserTable>): Promise<void> {
  await sendWithNext(trx, trx.updateTable('users').set(values).where('id', '=', id))
}

interface RolesAndSites {
  roles?: readonly string[]
  sites?: readonly string[]
}

/** Adds roles and access to sites; those that the user has already stay. */
export async function insertRolesAndSites(trx: Trx, userId: number, added: RolesAndSites): Promise<void> {
  for (const { table, column, value } of rowsOf(added))
    await sendRaw(
      trx,
      sql`insert into ${table} (user_id, ${column}) values (${userId}, ${value}) on conflict do nothing`,
    )
}

export async function deleteRolesAndSites(trx: Trx, userId: number, removed: RolesAndSites): Promise<void> {
  for (const { table, column, value } of rowsOf(removed))
    await sendRaw(trx, sql`delete from ${table} where user_id = ${userId} and ${column} = ${value}`)
}

function rowsOf({ roles = [], sites = [] }: RolesAndSites) {
  return [
    ...roles.map((value) => ({ table: sql.table('user_roles'), column: sql.ref('role'), value })),
    ...sites.map((value) => ({ table: sql.table('user_sites'), column: sql.ref('site'), value })),
  ]
}

export async function deleteAllRolesOrSites(
  trx: Trx,
  userId: number,
  table: 'user_roles' | 'user_sites',
): Promise<void> {
  await sendWithNext(trx, trx.deleteFrom(table).where('user_id', '=', userId))
}
