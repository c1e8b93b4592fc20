import type Database from 'better-sqlite3'
import { type Kysely, sql } from 'kysely'
import { createHash } from 'node:crypto'
import { voidOpenCredentials } from '../credentials.ts'
import type { CentreKind, ImportChangeTable, NewUserRow, Store } from '../schema.ts'
import { transactionState, type Trx } from '../transact.ts'

interface NewImport {
  file: string
  sheet: string
  digest: string
  at: string
  operator: string
  actor: string | null
  counts: object
}

/** @returns the import's number */
export async function insertImport(trx: Trx, { counts, ...facts }: NewImport): Promise<number> {
  const { id } = await trx
    .insertInto('imports')
    .values({ ...facts, state: 'applied', counts: JSON.stringify(counts), undone_at: null })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

interface CentreToInsert {
  number: string
  name: string
  kind: CentreKind
  associate: string | null
  status: 'approved' | 'active'
  address: string
  town: string
  postcode: string
  country: string
}

interface Making {
  importId: number
  at: string
}

interface MakingCentres extends Making {
  /** What searching for a centre looks through. */
  folded: (centre: CentreToInsert) => string
}

/** Inserts centres through one statement, Associates before their centres. */
export function insertCentres(
  trx: Trx,
  centres: readonly CentreToInsert[],
  { importId, at, folded }: MakingCentres,
): void {
  const insert = transactionState(trx).raw.prepare(
    `insert into centres (number, name, folded, kind, associate_id, status, address, town, postcode, country,
       british_council, global_listening, created_at, created_by_import)
     values (?, ?, ?, ?, (select id from centres where number = ?), ?, ?, ?, ?, ?, 0, 0, ?, ?)`,
  )
  const put = (centre: CentreToInsert) => {
    const { number, name, kind, associate, status, address, town, postcode, country } = centre
    const search = folded(centre)
    insert.run(number, name, search, kind, associate, status, address, town, postcode, country, at, importId)
  }
  for (const centre of centres) if (centre.associate === null) put(centre)
  for (const centre of centres) if (centre.associate !== null) put(centre)
}

const userColumns = [
  'email',
  'email_key',
  'first_name',
  'last_name',
  'folded',
  'centre_id',
  'hub_role',
  'status',
  'pin_nonce',
  'pin_state',
  'pin_issued_at',
  'pin_wrong_tries',
  'created_at',
  'created_by_import',
] as const satisfies readonly (keyof NewUserRow)[]

/** Inserts users through one statement; what it leaves out is null in every new user. */
export function insertUsers(trx: Trx, users: Iterable<{ row: NewUserRow; roles: readonly string[] }>): void {
  const { raw } = transactionState(trx)
  const insert = raw.prepare(
    `insert into users (${userColumns.join(', ')}) values (${userColumns.map(() => '?').join(', ')})`,
  )
  const giveRole = raw.prepare('insert into user_roles (user_id, role) values (?, ?)')
  for (const { row, roles } of users) {
    const { lastInsertRowid } = insert.run(userColumns.map((column) => row[column]))
    for (const role of roles) giveRole.run(lastInsertRowid, role)
  }
}

/** Finds the id of a centre by its number, through one statement. */
export function centreIds(trx: Trx): (number: string) => number | undefined {
  const idOf = transactionState(trx)
    .raw.prepare<[string], number>('select id from centres where number = ?')
    .pluck()
  let last: { number: string; id: number | undefined } | undefined
  return (number) => {
    // The users of a centre come one after another.
    if (last?.number !== number) last = { number, id: idOf.get(number) }
    return last.id
  }
}

type Change = Omit<ImportChangeTable, 'import_id' | 'position'>

interface RowChanges extends Making {
  /** What searching for a centre looks through, after it was renamed. */
  folded: (renamed: { id: number; name: string }) => string
}

/** What the import changes of what was there, each with a row that undoing reads. */
export async function applyChanges(trx: Trx, changes: readonly Change[], making: RowChanges): Promise<void> {
  const { raw } = transactionState(trx)
  const note = raw.prepare(
    'insert into import_changes (import_id, position, kind, centre_id, user_id, before, after) values (?, ?, ?, ?, ?, ?, ?)',
  )
  const change = changerOf(raw, making)
  for (const [position, { kind, centre_id, user_id, before, after }] of changes.entries()) {
    const replaced = change({ kind, centre_id, user_id, before, after })
    note.run(making.importId, position, kind, centre_id, user_id, replaced ?? before, after)
    if (kind === 'user-deleted' && user_id !== null) await voidOpenCredentials(trx, user_id)
  }
}

/** @returns what it replaced, where only the store knows it */
function changerOf(
  raw: Database.Database,
  { at, folded }: RowChanges,
): (change: Change) => string | undefined {
  const rename = raw.prepare('update centres set name = ?, folded = ? where id = ?')
  const restore = raw.prepare('update centres set deleted_at = null where id = ?')
  const activate = raw.prepare(`update centres set status = 'active' where id = ?`)
  const deleteCentre = raw.prepare('update centres set deleted_at = ? where id = ?')
  const deletedAt = raw
    .prepare<[number | null], string>('select deleted_at from centres where id = ?')
    .pluck()
  const pinState = raw.prepare<[number | null], string>('select pin_state from users where id = ?').pluck()
  const deleteUser = raw.prepare(
    `update users set status = 'deleted', status_before_deletion = status, deleted_at = ? where id = ?`,
  )
  return ({ kind, centre_id, user_id, after }) => {
    if (kind === 'centre-renamed' && centre_id !== null && after !== null) {
      rename.run(after, folded({ id: centre_id, name: after }), centre_id)
    } else if (kind === 'centre-restored') {
      const since = deletedAt.get(centre_id)
      restore.run(centre_id)
      return since
    }
    if (kind === 'centre-activated') activate.run(centre_id)
    else if (kind === 'centre-deleted') deleteCentre.run(at, centre_id)
    else if (kind === 'user-deleted') {
      const pin = pinState.get(user_id)
      deleteUser.run(at, user_id)
      return pin
    }
    return undefined
  }
}

/**
 * The digest of what an import did: the centres and users that carry its number, and its
 * changes in order. Values that erasing a person removes are not in it.
 * @returns `sha256:` and hexadecimal digits
 */
export async function changeListDigest(db: Kysely<Store>, importId: number): Promise<string> {
  // One text for each list, made by SQLite: row by row it would cost an import more than its writing.
  const { rows } = await sql<{ centres: string | null; users: string | null; changes: string | null }>`
    select
      (select group_concat(id || ' ' || number, char(10)) from
        (select id, number from centres where created_by_import = ${importId} order by id)) as centres,
      (select group_concat(id, char(10)) from
        (select id from users where created_by_import = ${importId} order by id)) as users,
      (select group_concat(change, char(10)) from
        (select json_array(position, kind, centre_id, user_id,
            iif(kind like 'centre-%', before, null), iif(kind like 'centre-%', after, null)) as change
          from import_changes where import_id = ${importId} order by position)) as changes`.execute(db)
  const [lists] = rows
  const digest = createHash('sha256')
  for (const list of [lists?.centres, lists?.users, lists?.changes]) {
    const bytes = Buffer.from(list ?? '')
    digest.update(`${bytes.length}\n`).update(bytes)
  }
  return `sha256:${digest.digest('hex')}`
}
