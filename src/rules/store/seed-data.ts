import { createHash } from 'node:crypto'
import type { HubRole } from '../../db/schema.ts'

/** Invented people and places for `seed`: the same seed always gives the same ones. */

interface SeedCentre {
  number: string
  name: string
  town: string
  country: string
}

interface SeedUser {
  email: string
  firstName: string
  lastName: string
  hubRole: HubRole
  status: 'invited' | 'active' | 'suspended'
  /** 16 bytes, for invited users, who have not used their PIN. */
  pinNonce: Buffer | undefined
}

const towns = [
  ['EG', 'Cairo'],
  ['TR', 'İzmir'],
  ['IN', 'Pune'],
  ['CN', 'Suzhou'],
  ['JP', 'Kōbe'],
  ['AR', 'Córdoba'],
  ['PL', 'Łódź'],
  ['KE', 'Mombasa'],
  ['VN', 'Đà Nẵng'],
  ['GR', 'Πάτρα'],
  ['NZ', 'Taupō'],
  ['MA', 'Fès'],
] as const

const firstNames =
  'Amira Yusuf Zeynep Priya Wei Haruka Lucía Łukasz Wanjiru Thảo Ελένη Anahera Idris Noor'.split(' ')
const lastNames =
  'Haddad Öztürk Iyer Zhang Tanaka Fernández Wójcik Mwangi Nguyễn Παππάς Parata Benali Khan Silva'.split(' ')
const kinds = ['Academy', 'College', 'International School', 'Primary School', 'Grammar School'] as const

export function seedCentre(seed: number, position: number): SeedCentre {
  const draw = seededRandom(`centre ${seed} ${position}`)
  const [country, town] = towns[draw(towns.length)] ?? towns[0]
  return {
    number: `${country}${String(position + 1).padStart(4, '0')}`,
    name: `${town} ${kinds[draw(kinds.length)]} ${position + 1}`,
    town,
    country,
  }
}

/** @param ordinal 0 for the first user of a centre, who coordinates it */
export function seedUser(
  seed: number,
  { position, ordinal, centre }: { position: number; ordinal: number; centre: string },
): SeedUser {
  const digest = createHash('sha256').update(`user ${seed} ${position}`).digest()
  const firstName = firstNames[digest.readUInt16BE(16) % firstNames.length] ?? ''
  const lastName = lastNames[digest.readUInt16BE(18) % lastNames.length] ?? ''
  const chance = digest.readUInt8(20)
  const status = ordinal === 0 || chance < 190 ? 'active' : chance < 240 ? 'invited' : 'suspended'
  return {
    email: `user-${position + 1}@${centre.toLowerCase()}.school.example`,
    firstName,
    lastName,
    hubRole: ordinal === 0 ? 'coordinator' : ordinal === 1 ? 'admin' : 'teacher',
    status,
    pinNonce: status === 'invited' ? digest.subarray(0, 16) : undefined,
  }
}

/** A deterministic random generator, seeded with the text; each call returns a number below `below`. */
function seededRandom(text: string): (below: number) => number {
  const digest = createHash('sha256').update(text).digest()
  let at = 0
  return (below) => {
    const number = digest.readUInt16BE(at) % below
    at += 2
    return number
  }
}
