import { insertSeedCentres, insertSeedUsers, isEmpty } from '../../db/seed.ts'
import type { Trx } from '../../db/transact.ts'
import { Refused } from '../../errors.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { readAddress } from '../users/email.ts'
import { searchKey } from '../../search-key.ts'
import type { SeededReleases } from './seed-releases.ts'
import { seedCentre, seedUser } from './seed-data.ts'
import { newUser } from '../users/new-user.ts'
import { permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'

interface Seeding {
  centres: number
  users: number
  /** The same number invents the same people. */
  seed: number
  /** Key Times, entries, resources and releases too. */
  releases: boolean
  ctx: RuleContext
}

export interface Seeded {
  centres: number
  users: number
  /** Null where none were asked for. */
  releases: SeededReleases | null
}

/** Fills an empty store with people who cannot exist; never one in which somebody does. */
export async function seedStore(
  trx: Trx,
  { centres, users, seed, releases: wanted, ctx }: Seeding,
): Promise<Seeded> {
  permit(ctx, 'seed', { name: 'store' })
  if (!(await isEmpty(trx))) {
    throw new Refused('store-not-empty', 'There are centres or users in this store.', {
      hint: 'Seed another one: ssh-admin seed --db trial.db',
    })
  }
  const at = ctx.at.toISOString()
  if (centres > 0) {
    const made = Array.from({ length: centres }, (_, position) => seedCentre(seed, position))
    const first = await insertSeedCentres(trx, {
      count: centres,
      rows: made.map((centre) => centreRow(centre, at)),
    })
    function* people() {
      for (let position = 0; position < users; position += 1) {
        const at = position % centres
        const place = Math.floor(position / centres)
        const person = seedUser(seed, { position, place, centre: made[at]?.number ?? '' })
        yield userRow(person, { centreId: first + at, at: ctx.at.toISOString() })
      }
    }
    await insertSeedUsers(trx, { count: users, rows: people() })
  }
  const releases = wanted ? await inventReleases(trx, ctx) : null
  const more = releases === null ? {} : { releases }
  await appendAudit(trx, { ...ctx, action: 'store.seeded', facts: { centres, users, seed, ...more } })
  return { centres, users: centres > 0 ? users : 0, releases }
}

async function inventReleases(trx: Trx, { at }: RuleContext): Promise<SeededReleases> {
  const { seedReleases } = await import('./seed-releases.ts')
  return seedReleases(trx, at)
}

function centreRow({ number, name, town, country }: ReturnType<typeof seedCentre>, at: string) {
  return {
    number,
    name,
    folded: searchKey(`${number} ${name}`),
    kind: 'school',
    associate_id: null,
    status: 'active',
    address: '',
    town,
    postcode: '',
    country,
    british_council: 0,
    global_listening: 0,
    created_at: at,
    edited_at: null,
    deleted_at: null,
    created_by_import: null,
  } as const
}

function userRow(
  { email, firstName, lastName, hubRole, status, pinNonce }: ReturnType<typeof seedUser>,
  { centreId, at }: { centreId: number; at: string },
) {
  const address = readAddress(email)
  if (!('key' in address)) throw new Error(`an invented address ${address.problem}`)
  const row = newUser({ address, firstName, lastName, centreId, hubRole }, { at, pinNonce })
  const suspended = status === 'suspended'
  return {
    ...row,
    status,
    status_before_suspension: suspended ? ('active' as const) : null,
    suspended_at: suspended ? at : null,
  }
}
