import { type Kysely, type Selectable, sql } from 'kysely'
import { createHash } from 'node:crypto'
import type { LazyList } from '../../lazy-list.ts'
import { centreIds } from '../centres/centres.ts'
import { voidOpenCredentials } from '../credentials.ts'
import type { Value } from '../engine.ts'
import { anyOf } from '../portable.ts'
import type { CentreTable, ImportChangeTable, ImportTable, NewUserRow, Store } from '../schema.ts'
import { transactionState, type Trx } from '../transact.ts'

type NewImport = Omit<Selectable<ImportTable>, 'id' | 'state' | 'counts' | 'undone_at'> & { counts: object }

/** @returns the import's number */
export async function insertImport(trx: Trx, { counts, ...facts }: NewImport): Promise<number> {
  const id = await transactionState(trx).bulk.reserve('imports', 1)
  await trx
    .insertInto('imports')
    .values({ id, ...facts, state: 'applied', counts: JSON.stringify(counts), undone_at: null })
    .execute()
  return id
}

interface CentreToInsert
  extends Pick<
    CentreTable,
    'number' | 'name' | 'kind' | 'status' | 'address' | 'town' | 'postcode' | 'country'
  > {
  associate: string | null
}

interface ImportWrite {
  importId: number
  at: string
}

interface CentresWrite extends ImportWrite {
  /** Makes the folded text of a centre for searching. */
  searchKeyOf: (centre: CentreToInsert) => string
}

/** The columns with which every new centre is inserted, by an import or by seeding. */
export const centreColumns = [
  'number',
  'name',
  'folded',
  'kind',
  'associate_id',
  'status',
  'address',
  'town',
  'postcode',
  'country',
  'british_council',
  'global_listening',
  'created_at',
] as const

/** Inserts centres, Associates before their centres. @returns their ids, by number */
export async function insertCentres(
  trx: Trx,
  centres: LazyList<CentreToInsert>,
  { importId, at, searchKeyOf }: CentresWrite,
): Promise<Map<string, number>> {
  const ids = new Map<string, number>()
  if (centres.length === 0) return ids
  const { bulk } = transactionState(trx)
  const columns = ['id', ...centreColumns, 'created_by_import'] as const
  let id = await bulk.reserve('centres', centres.length)
  const rowOf = (centre: CentreToInsert, associateId: number | null) => {
    const { number, name, kind, status, address, town, postcode, country } = centre
    const otherColumns = [status, address, town, postcode, country, 0, 0, at, importId]
    const row = [id, number, name, searchKeyOf(centre), kind, associateId, ...otherColumns]
    ids.set(number, id)
    id += 1
    return row
  }
  const withAssociates: (CentreToInsert & { associate: string })[] = []
  function* withoutAssociate() {
    for (const centre of centres) {
      const { associate } = centre
      if (associate === null) yield rowOf(centre, null)
      else withAssociates.push({ ...centre, associate })
    }
  }
  await bulk.insert('centres', columns, withoutAssociate())
  const others = withAssociates.flatMap(({ associate }) => (ids.has(associate) ? [] : associate))
  const saved = await centreIds(trx, others)
  function* withAssociate() {
    for (const centre of withAssociates)
      yield rowOf(centre, ids.get(centre.associate) ?? saved.get(centre.associate) ?? null)
  }
  await bulk.insert('centres', columns, withAssociate())
  return ids
}

/** The columns with which every new user is inserted, by an import or by seeding. */
export const userColumns = [
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
] as const

/** Inserts users; columns that a row leaves out are null. */
export async function insertUsers(
  trx: Trx,
  count: number,
  users: Iterable<{ row: NewUserRow; roles: readonly string[] }>,
): Promise<void> {
  if (count === 0) return
  const { bulk } = transactionState(trx)
  const first = await bulk.reserve('users', count)
  const grants: [number, string][] = []
  function* rows() {
    let id = first
    for (const { row, roles } of users) {
      for (const role of roles) grants.push([id, role])
      yield row
      id += 1
    }
  }
  await bulk.insert('users', ['id', ...userColumns], numbered(first, userColumns, rows()))
  await bulk.insert('user_roles', ['user_id', 'role'], grants)
}

/** The rows with the numbers reserved for them, each with its values in the order of the columns. */
export function* numbered<Column extends string>(
  first: number,
  columns: readonly Column[],
  rows: Iterable<Readonly<Partial<Record<Column, Value>>>>,
): Generator<Value[]> {
  let id = first
  for (const row of rows) {
    yield [id, ...columns.map((column) => row[column] ?? null)]
    id += 1
  }
}

type Change = Omit<ImportChangeTable, 'import_id' | 'position'>

interface RowChanges extends ImportWrite {
  /** Makes the folded text of a renamed centre for searching. */
  searchKeyOf: (renamed: { id: number; name: string }) => string
}

/** Applies an import's changes to existing rows, kind by kind, and records each for undoing. */
export async function applyChanges(
  trx: Trx,
  changes: readonly Change[],
  { importId, at, searchKeyOf }: RowChanges,
): Promise<void> {
  if (changes.length === 0) return
  const { bulk } = transactionState(trx)
  const centresOf = (kind: Change['kind']) =>
    changes.flatMap((change) => (change.kind === kind && change.centre_id !== null ? [change.centre_id] : []))
  const usersToDelete = changes.flatMap(({ kind, user_id }) =>
    kind === 'user-deleted' && user_id !== null ? [user_id] : [],
  )
  const replaced = {
    centres: await deletionTimes(trx, centresOf('centre-restored')),
    users: await pinStates(trx, usersToDelete),
  }
  const before = (change: Change) => {
    if (change.kind === 'centre-restored') return replaced.centres.get(change.centre_id)
    return change.kind === 'user-deleted' ? replaced.users.get(change.user_id) : undefined
  }
  function* renamed() {
    for (const { kind, centre_id, after } of changes) {
      if (kind === 'centre-renamed' && centre_id !== null && after !== null)
        yield [centre_id, after, searchKeyOf({ id: centre_id, name: after })]
    }
  }
  function* changeRows() {
    for (const [position, change] of changes.entries()) {
      const { kind, centre_id, user_id, after } = change
      yield [importId, position, kind, centre_id, user_id, before(change) ?? change.before, after]
    }
  }
  await bulk.update('centres', ['id', 'name', 'folded'], renamed())
  await setOfCentres(trx, centresOf('centre-restored'), { deleted_at: null })
  await setOfCentres(trx, centresOf('centre-activated'), { status: 'active' })
  await setOfCentres(trx, centresOf('centre-deleted'), { deleted_at: at })
  await deleteUsers(trx, usersToDelete, at)
  await bulk.insert('import_changes', changeColumns, changeRows())
}

const changeColumns = ['import_id', 'position', 'kind', 'centre_id', 'user_id', 'before', 'after'] as const

async function setOfCentres(
  trx: Trx,
  ids: readonly number[],
  values: { deleted_at: string | null } | { status: 'active' },
): Promise<void> {
  if (ids.length === 0) return
  await trx
    .updateTable('centres')
    .set(values)
    .where(anyOf(sql.ref('id'), ids))
    .execute()
}

async function deleteUsers(trx: Trx, ids: readonly number[], at: string): Promise<void> {
  if (ids.length === 0) return
  await trx
    .updateTable('users')
    .set(({ ref }) => ({
      status: 'deleted',
      status_before_deletion: sql<'active'>`${ref('status')}`,
      deleted_at: at,
    }))
    .where(anyOf(sql.ref('id'), ids))
    .execute()
  await voidOpenCredentials(trx, ids)
}

async function deletionTimes(trx: Trx, ids: readonly number[]): Promise<Map<number | null, string | null>> {
  if (ids.length === 0) return new Map()
  const query = trx.selectFrom('centres').select(['id', 'deleted_at'])
  const rows = await query.where(anyOf(sql.ref('id'), ids)).execute()
  return new Map(rows.map(({ id, deleted_at }) => [id, deleted_at]))
}

async function pinStates(trx: Trx, ids: readonly number[]): Promise<Map<number | null, string>> {
  if (ids.length === 0) return new Map()
  const query = trx.selectFrom('users').select(['id', 'pin_state'])
  const rows = await query.where(anyOf(sql.ref('id'), ids)).execute()
  return new Map(rows.map(({ id, pin_state }) => [id, pin_state]))
}

/** How many rows of a list are read at once: one text of a million rows would be in memory some three times. */
const pieceOfList = 100_000

/**
 * The digest of what an import did: the centres and users that carry its number, and its changes in order. It leaves
 * out the values that erasing a person removes.
 * @returns `sha256:` and hexadecimal digits
 */
export async function changeListDigest(
  db: Kysely<Store>,
  importId: number,
  { atOnce = pieceOfList }: { atOnce?: number } = {},
): Promise<string> {
  const digest = createHash('sha256')
  for (const table of ['centres', 'users'] as const) {
    const list = await listOfCreated(db, { table, importId, atOnce })
    digest.update(`${list.bytes}\n`)
    for await (const piece of list.pieces) digest.update(piece)
  }
  const changes: Buffer[] = []
  for await (const rows of changesInPieces(db, { importId, atOnce })) {
    const text = rows.map(canonical).join('\n')
    changes.push(Buffer.from(changes.length === 0 ? text : `\n${text}`))
  }
  digest.update(`${changes.reduce((sum, { length }) => sum + length, 0)}\n`)
  for (const piece of changes) digest.update(piece)
  return `sha256:${digest.digest('hex')}`
}

interface PieceOfImport {
  importId: number
  atOnce: number
}

type Created = PieceOfImport & { table: keyof typeof lineOf }

const lineEnd = sql.lit('\n')

const lineOf = {
  centres: sql<string>`cast(id as text) || ' ' || number`,
  users: sql<string>`cast(id as text)`,
}

/** The list of rows that an import created, in the order of ids: its length in bytes (it is ASCII), and its text. */
async function listOfCreated(
  db: Kysely<Store>,
  created: Created,
): Promise<{ bytes: number; pieces: Iterable<string> | AsyncIterable<string> }> {
  const { table, importId, atOnce } = created
  const from = sql`from ${sql.table(table)} where created_by_import = ${importId}`
  // The list is one text: reading it row by row would take longer than writing the import.
  const { rows } = await sql<{ first: number | null; last: number | null; list: string | null }>`
    select "first", "last", case when "last" - "first" < ${sql.lit(atOnce)} then
      (select string_agg(${lineOf[table]}, ${lineEnd} order by id) ${from}) end as list
    from (select min(id) as "first", max(id) as "last" ${from}) as made`.execute(db)
  const { first = null, last = null, list = null } = rows[0] ?? {}
  if (list !== null || first === null || last === null)
    return { bytes: list?.length ?? 0, pieces: [list ?? ''] }
  const { rows: sizes } = await sql<{ bytes: number }>`
    select sum(length(${lineOf[table]}) + 1) - 1 as bytes ${from}`.execute(db)
  return { bytes: sizes[0]?.bytes ?? 0, pieces: longList(db, { ...created, first, last }) }
}

/** Reads a list by ranges of ids, which are consecutive, as an import is written by itself. */
async function* longList(
  db: Kysely<Store>,
  { table, importId, atOnce, first, last }: Created & { first: number; last: number },
): AsyncGenerator<string> {
  for (let from = first; from <= last; from += atOnce) {
    const { rows } = await sql<{ list: string | null }>`
      select string_agg(${lineOf[table]}, ${lineEnd} order by id) as list from ${sql.table(table)}
      where id >= ${from} and id < ${from + atOnce} and created_by_import = ${importId}`.execute(db)
    const list = rows[0]?.list ?? ''
    if (list !== '') yield from === first ? list : `\n${list}`
  }
}

async function* changesInPieces(
  db: Kysely<Store>,
  { importId, atOnce }: PieceOfImport,
): AsyncGenerator<Omit<ImportChangeTable, 'import_id'>[]> {
  for (let after = -1; ; ) {
    const rows = await db
      .selectFrom('import_changes')
      .select(['position', 'kind', 'centre_id', 'user_id', 'before', 'after'])
      .where('import_id', '=', importId)
      .where('position', '>', after)
      .orderBy('position')
      .limit(atOnce)
      .execute()
    const last = rows.at(-1)
    if (last !== undefined) yield rows
    if (last === undefined || rows.length < atOnce) return
    after = last.position
  }
}

function canonical({
  position,
  kind,
  centre_id,
  user_id,
  before,
  after,
}: Omit<ImportChangeTable, 'import_id'>) {
  const names = kind.startsWith('centre-') ? [before, after] : [null, null]
  return JSON.stringify([position, kind, centre_id, user_id, ...names])
}
