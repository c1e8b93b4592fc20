import { type Kysely, sql } from 'kysely'
import { countOf } from '../rows.ts'
import { anyOf } from '../portable.ts'
import type { Store } from '../schema.ts'
import { sendWithNext, type Trx } from '../transact.ts'

/** Parts of a centre that a list may ask for, beyond what every list shows. */
export type CentrePart = 'details' | 'users'

const everyPart: ReadonlySet<CentrePart> = new Set(['details', 'users'])

/** The base query of every look-up of centres. */
export function centresWithPeople(db: Kysely<Store>) {
  return withPeople(db)
    .selectAll('centres')
    .select([
      'coordinator.id as coordinator_id',
      'coordinator.first_name as coordinator_first_name',
      'coordinator.last_name as coordinator_last_name',
    ])
    .select(usersAtCentre().as('user_count'))
}

/** The base query of lists of centres, with only the parts asked for. */
export function listedCentres(db: Kysely<Store>, parts: ReadonlySet<CentrePart> = everyPart) {
  return withPeople(db)
    .select([
      'centres.number',
      'centres.name',
      'centres.kind',
      'centres.status',
      'centres.country',
      'centres.created_at',
      'centres.deleted_at',
    ])
    .$if(parts.has('details'), (query) =>
      query.select([
        'centres.id',
        'centres.address',
        'centres.town',
        'centres.postcode',
        'centres.british_council',
        'centres.global_listening',
        'centres.time_zone',
        'coordinator.first_name as coordinator_first_name',
        'coordinator.last_name as coordinator_last_name',
      ]),
    )
    .$if(parts.has('users'), (query) => query.select(usersAtCentre().as('user_count')))
}

function withPeople(db: Kysely<Store>) {
  return db
    .selectFrom('centres')
    .leftJoin('centres as associate', 'associate.id', 'centres.associate_id')
    .leftJoin('users as coordinator', (join) =>
      join
        .onRef('coordinator.centre_id', '=', 'centres.id')
        .on('coordinator.hub_role', '=', 'coordinator')
        .on('coordinator.status', '<>', 'deleted'),
    )
    .select([
      'associate.number as associate_number',
      'coordinator.email as coordinator_email',
      'coordinator.status as coordinator_status',
    ])
}

function usersAtCentre() {
  return sql<number>`(select count(*) from users where users.centre_id = centres.id and users.status <> 'deleted')`
}

export type ListedCentre = Awaited<ReturnType<ReturnType<typeof listedCentres>['execute']>>[number]
export type CentreWithPeople = Awaited<ReturnType<ReturnType<typeof centresWithPeople>['execute']>>[number]

/** @param number in capitals */
export function findCentreByNumber(db: Kysely<Store>, number: string): Promise<CentreWithPeople | undefined> {
  return centresWithPeople(db).where('centres.number', '=', number).executeTakeFirst()
}

/** @param numbers in capitals */
export function findCentresByNumber(
  db: Kysely<Store>,
  numbers: readonly string[],
): Promise<CentreWithPeople[]> {
  return centresWithPeople(db)
    .where(anyOf(sql.ref('centres.number'), numbers))
    .execute()
}

/** The ids of centres that are in the store, by their numbers. @param numbers in capitals */
export async function centreIds(db: Kysely<Store>, numbers: Iterable<string>): Promise<Map<string, number>> {
  const distinct = [...new Set(numbers)]
  if (distinct.length === 0) return new Map()
  const rows = await db
    .selectFrom('centres')
    .select(['id', 'number'])
    .where(anyOf(sql.ref('number'), distinct))
    .execute()
  return new Map(rows.map(({ id, number }) => [number, id]))
}

/** Live centres whose folded name ends with this text, at a word's beginning. */
export function centresNamedLike(
  db: Kysely<Store>,
  nameKey: string,
): Promise<{ id: number; number: string; name: string }[]> {
  const pattern = `% ${nameKey.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}`
  return db
    .selectFrom('centres')
    .select(['id', 'number', 'name'])
    .where('deleted_at', 'is', null)
    .where(sql<boolean>`folded like ${pattern} escape '\\'`)
    .orderBy('number')
    .execute()
}

/** The other users whom a suspended coordinator locks out, neither suspended nor deleted. @param number in capitals */
export function countAffected(db: Kysely<Store>, number: string): Promise<number> {
  const affected = db
    .selectFrom('users')
    .innerJoin('centres', 'centres.id', 'users.centre_id')
    .where('centres.number', '=', number)
    .where('users.status', 'in', ['invited', 'active'])
    .where('users.hub_role', 'is distinct from', 'coordinator')
  return countOf(affected)
}

/** A centre's administrators who are not suspended, by name. */
export async function adminsOf(db: Kysely<Store>, centreId: number) {
  return db
    .selectFrom('users')
    .select(['email', 'first_name', 'last_name', 'status'])
    .where('centre_id', '=', centreId)
    .where('hub_role', '=', 'admin')
    .where('status', 'in', ['invited', 'active'])
    .orderBy('folded')
    .execute()
}

/** An approved centre becomes active when its coordinator is set up. */
export async function activateCentre(trx: Trx, centreId: number): Promise<void> {
  const activated = trx
    .updateTable('centres')
    .set({ status: 'active' })
    .where('id', '=', centreId)
    .where('status', '=', 'approved')
  await sendWithNext(trx, activated)
}

/** The country of every centre, deleted ones included: number → ISO code. */
export async function countriesOfCentres(db: Kysely<Store>): Promise<ReadonlyMap<string, string>> {
  const rows = await db.selectFrom('centres').select(['number', 'country']).execute()
  return new Map(rows.map(({ number, country }) => [number, country]))
}
