import { insertSeedServices, type SeedGroup, type SeedServices } from '../../db/seed-services.ts'
import type { Trx } from '../../db/transact.ts'

/** What was made up besides centres and users. */
export interface SeededServices {
  associates: number
  associateCentres: number
  roles: number
  learnerGroups: number
}

export type SeedPlace = { kind: 'school' | 'associate' } | { kind: 'associate-centre'; associate: number }

/** How many associate centres an Associate looks after, at most. */
const maxAssociateCentres = 4

/** Of the last third of the centres each fifth is an Associate, and those after it are its associate centres. */
export function seedPlace(at: number, centres: number): SeedPlace {
  const first = Math.ceil((centres * 2) / 3)
  const place = (at - first) % (maxAssociateCentres + 1)
  if (at < first) return { kind: 'school' }
  if (place > 0) return { kind: 'associate-centre', associate: at - place }
  return { kind: at + 1 < centres ? 'associate' : 'school' }
}

/** By their place at the centre: its coordinator is the first. */
const rolesByPlace: Readonly<Record<number, readonly string[]>> = {
  1: ['exams-officer'],
  2: ['user-management'],
  3: ['access-to-scripts', 'submit-teacher'],
}
const subjects = ['English', 'Mathematics', 'Science'] as const

interface Seeding {
  centres: { count: number; first: number }
  users: { count: number; first: number }
  at: Date
}

/** Gives service roles, lets the coordinators of Associates act for their centres, and makes up results of tests. */
export async function seedServices(trx: Trx, { centres, users, at }: Seeding): Promise<SeededServices> {
  const roles: SeedServices['roles'][number][] = []
  const groups: SeedGroup[] = []
  for (let position = 0; position < users.count; position += 1) {
    const place = Math.floor(position / centres.count)
    const userId = users.first + position
    for (const role of rolesByPlace[place] ?? []) roles.push({ userId, role })
    if (place === 4) groups.push(groupOf(userId, { position, at }))
  }
  const made = { associates: 0, associateCentres: 0, roles: roles.length, learnerGroups: groups.length }
  const assignments: SeedServices['assignments'][number][] = []
  for (let position = 0; position < centres.count; position += 1) {
    const seeded = seedPlace(position, centres.count)
    if (seeded.kind === 'associate') made.associates += 1
    if (seeded.kind !== 'associate-centre') continue
    made.associateCentres += 1
    // The coordinator of a centre is its first user.
    if (seeded.associate < users.count)
      assignments.push({ centreId: centres.first + position, userId: users.first + seeded.associate })
  }
  await insertSeedServices(trx, { roles, assignments, groups })
  return made
}

function groupOf(ownerId: number, { position, at }: { position: number; at: Date }): SeedGroup {
  return {
    ownerId,
    site: position % 2 === 0 ? 'cambridge-primary' : 'cambridge-lower-secondary',
    name: `Class ${(position % 6) + 1}A`,
    subject: subjects[position % subjects.length] ?? subjects[0],
    takenOn: `${at.getUTCFullYear() - 1}-10-01`,
    results: Array.from({ length: 5 }, (_, learner) => ({
      learner: `Learner ${learner + 1}`,
      mark: 20 + ((position * 7 + learner * 5) % 30),
    })),
  }
}
