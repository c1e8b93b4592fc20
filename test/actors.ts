import type { Command } from 'commander'
import { expect } from 'vitest'
import { wholeProgram } from '../src/cli/program.ts'
import { actsForNobody } from '../src/rules/permissions/matrix.ts'
import type { World } from './world.ts'

/** Where a command is tried, and whom it is done to there. */
export interface Place {
  centre: string
  teacher: string
  other: string
  admin: string
  /** Somebody who holds access-to-scripts and nothing else. */
  scripts: string
}

const placeOf = (centre: string, domain: string): Place => ({
  centre,
  teacher: `teacher@${domain}`,
  other: `other@${domain}`,
  admin: `second@${domain}`,
  scripts: `scripts@${domain}`,
})

export const places = {
  'a school': placeOf('EG001', 'own.example'),
  'another school': placeOf('EG002', 'far.example'),
  'the Associate': placeOf('CA001', 'associate.example'),
  'an associate centre': placeOf('CA101', 'branch.example'),
} satisfies Record<string, Place>

export type Where = keyof typeof places
export const wheres: readonly Where[] = ['a school', 'another school', 'the Associate', 'an associate centre']

/** Those who may do nothing anywhere, and see nothing. */
export const powerless = [
  'teacher@own.example',
  'scripts@own.example',
  'compliance@own.example',
  'second@associate.example',
  'suspended@own.example',
  'coordinator@deleted.example',
  'admin@locked.example',
  'invited@own.example',
  'removed@own.example',
  'nobody@own.example',
]

/** Somebody of each kind: at a school, at another, at an Associate and at a centre of it. */
export async function people(world: World): Promise<void> {
  await world.centre('EG001', { coordinator: 'coordinator@own.example' })
  await world.user('admin@own.example', { centre: 'EG001', hubRole: 'admin' })
  const alone = { centre: 'EG001', hubRole: null }
  await world.user('manager@own.example', { ...alone, roles: ['user-management'] })
  await world.user('officer@own.example', { ...alone, roles: ['exams-officer'] })
  await world.user('compliance@own.example', { ...alone, roles: ['compliance-officer'] })
  await world.centre('EG002', { coordinator: 'coordinator@far.example' })
  await world.centre('CA001', { kind: 'associate', coordinator: 'coordinator@associate.example' })
  await world.user('manager@associate.example', {
    centre: 'CA001',
    hubRole: 'admin',
    roles: ['user-management'],
  })
  await world.centre('CA101', { associate: 'CA001', coordinator: 'coordinator@branch.example' })
  for (const { centre, teacher, other, admin, scripts } of Object.values(places)) {
    await world.user(teacher, { centre })
    await world.user(other, { centre })
    await world.user(admin, { centre, hubRole: 'admin' })
    await world.user(scripts, { centre, hubRole: null, roles: ['access-to-scripts'] })
  }
  for (const email of ['coordinator@associate.example', 'manager@associate.example'])
    await done(world, ['associates', 'assign', email, 'CA101'])
  await peopleWhoMayNotSignIn(world)
}

async function peopleWhoMayNotSignIn(world: World): Promise<void> {
  await world.user('suspended@own.example', { centre: 'EG001', hubRole: 'admin', status: 'suspended' })
  await world.user('invited@own.example', { centre: 'EG001', hubRole: 'admin', status: 'invited' })
  await world.user('removed@own.example', { centre: 'EG001', hubRole: 'admin' })
  await done(world, ['users', 'remove', 'removed@own.example'])
  await world.centre('EG003', { coordinator: 'coordinator@deleted.example' })
  await done(world, ['centres', 'delete', 'EG003'])
  await world.centre('EG004', { coordinator: 'coordinator@locked.example' })
  await world.user('admin@locked.example', { centre: 'EG004', hubRole: 'admin' })
  await done(world, ['coordinator', 'suspend', 'EG004'])
}

async function done(world: World, argv: readonly string[]): Promise<void> {
  expect(await world.run([...argv, '--yes'])).toMatchObject({ exit: 0 })
}

interface Runnable {
  /** The words typed: `users edit`. */
  words: string
  changes: boolean
  /** Its options besides those of every command. */
  options: readonly string[]
}

export async function everyCommand(): Promise<Runnable[]> {
  return commandsBelow(await wholeProgram())
}

/** Every command that acts for somebody, with its own options. */
export async function commandsWithActors(): Promise<Runnable[]> {
  return (await everyCommand()).filter(({ words }) => !actsForNobody(words))
}

const ofEveryCommand =
  /^--(json|quiet|debug|no-color|no-input|no-pager|db|key-file|as|smtp|mail-dir|wait|dry-run|yes)$/

function commandsBelow(of: Command, before: readonly string[] = []): Runnable[] {
  const below = of.commands.flatMap((part) => commandsBelow(part, [...before, part.name()]))
  const words = before.join(' ')
  // A list that has verbs of its own.
  if (of.commands.length > 0 && words !== 'centres imports') return below
  const names = of.options.map(({ long }) => long ?? '')
  const options = names.filter((name) => !ofEveryCommand.test(name))
  return [{ words, changes: names.includes('--dry-run'), options }, ...below]
}
