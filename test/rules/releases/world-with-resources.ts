import { writeFileSync } from 'node:fs'
import { expect } from 'vitest'
import { newWorld } from '../../world.ts'

/** When the release of these tests opens in Egypt. */
export const opening = new Date('2026-06-02T05:00:00.000Z')
const second = 1000
export const earlier = (at: Date) => new Date(at.getTime() - second)

export type ReleasesWorld = Awaited<ReturnType<typeof worldWithResources>>

/** Schools and an Associate with its centres, Egypt's Key Times, a recording and a paper that are in no release yet. */
export async function worldWithResources() {
  const world = newWorld()
  await world.centre('EG001', { coordinator: 'coordinator@school.example' })
  await world.user('admin@school.example', { centre: 'EG001', hubRole: 'admin' })
  await world.user('teacher@school.example', { centre: 'EG001' })
  await world.user('officer@school.example', { centre: 'EG001', hubRole: null, roles: ['exams-officer'] })
  await world.user('scripts@school.example', { centre: 'EG001', hubRole: null, roles: ['access-to-scripts'] })
  await world.centre('EG002', { coordinator: 'other@far.example' })
  await world.centre('CA001', { kind: 'associate', coordinator: 'coordinator@associate.example' })
  await world.user('officer@associate.example', { centre: 'CA001', roles: ['exams-officer'] })
  for (const [number, domain] of [
    ['CA101', 'branch.example'],
    ['CA102', 'listening.example'],
  ] as const) {
    await world.centre(number, { associate: 'CA001', coordinator: `coordinator@${domain}` })
    await world.user(`officer@${domain}`, { centre: number, roles: ['exams-officer'] })
  }
  await world.run(['centres', 'edit', 'CA102', '--global-listening'])
  await world.centre('NZ001', { country: 'NZ' })
  writeFileSync(
    world.path('times.csv'),
    'Country,Administrative zone,Session,Local time\nEgypt,3,AM,10:00\nEgypt,3,PM,14:00\n',
  )
  const run = async (...argv: string[]) => {
    const ran = await world.run([...argv, '--yes', '--json'])
    if (ran.exit !== 0) throw new Error(`${argv.join(' ')}: ${ran.stderr}`)
    return ran.json()
  }
  const uploaded = async (kind: string): Promise<string> => {
    writeFileSync(world.path(`${kind}.txt`), kind)
    const facts = ['--kind', kind, '--series', '2026-06', '--component', '0500/12']
    const { resources } = await run('resources', 'upload', `${kind}.txt`, '--title', kind, ...facts)
    return String(resources[0].id)
  }
  await run('key-times', 'import', 'times.csv')
  // What was made last has the greatest number, also where numbers are never given again.
  const audio = await uploaded('listening-audio')
  const text = await uploaded('pre-release')

  /** A release of both, two hours before the morning's Key Time until two hours before the afternoon's and more. */
  const released = async (
    audience = 'all',
    { opens = 'key-time AM 2026-06-02 - 2h' } = {},
  ): Promise<string> => {
    const moments = ['--opens', opens, '--closes', 'key-time PM 2026-06-02 + 1h']
    await run('releases', 'create', 'June', '--resource', `${audio},${text}`, ...moments, '--for', audience)
    const { id } = await run('releases', 'publish', 'June')
    return String(id)
  }
  const downloading = (email: string, id: string, at: Date) =>
    world.run(['resources', 'download', id, '--out', 'there.bin', '--yes', '--as', email], { at })
  const hasBoth = async (email: string, at: Date): Promise<{ audio: boolean; text: boolean }> => {
    const exits = [(await downloading(email, audio, at)).exit, (await downloading(email, text, at)).exit]
    for (const exit of exits) expect([0, 5]).toContain(exit)
    return { audio: exits[0] === 0, text: exits[1] === 0 }
  }
  return { world, audio, text, run, released, downloading, hasBoth }
}

export const whomIn = ({ closed }: { closed: { user?: string; centre: { number: string } }[] }) =>
  closed.map(({ user, centre }) => user ?? centre.number)
