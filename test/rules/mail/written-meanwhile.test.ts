import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { resolveSettings } from '../../../src/config.ts'
import { deliverQueued } from '../../../src/mail/deliver.ts'
import type { Notice } from '../../../src/render/json.ts'
import { contextIn, newScreen, newWorld, type World } from '../../world.ts'

const people = ['amira', 'nour', 'omar', 'huda'].map((name) => `${name}@school.example`)

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001')
  for (const email of people) {
    await world.user(email, { centre: 'EG001' })
    const unreachable = { SSH_ADMIN_SMTP_URL: 'smtp://127.0.0.1:1?ignoreTLS=true' }
    await world.run(['users', 'reset-password', email, '--yes'], { env: unreachable })
  }
})
afterEach(() => world.close())

/** As a desk delivers what it found waiting, others having done some of it since. */
async function deliverAt(desk: string, numbers: readonly number[]): Promise<string[]> {
  const screen = newScreen(80)
  const context = contextIn(world, { stdin: new PassThrough(), stdout: screen, stderr: screen })
  const settings = resolveSettings({ mailDir: world.path(desk) }, context)
  const notices: Notice[] = []
  const session = { settings, context, notify: (notice: Notice) => notices.push(notice) }
  const { messages } = await deliverQueued({
    store: await world.store(),
    actor: world.ctx().actor,
    session,
    messageIds: numbers,
  })
  expect(messages.map(({ state }) => state)).toEqual(numbers.map(() => 'written'))
  return notices.map(({ message }) => message)
}

const fileOf = async (number: number) =>
  (await world.run(['mail', 'show', String(number), '--json'])).json().file

it('says of a message that another program wrote meanwhile where that one put it', async () => {
  await deliverAt('first', [1])
  const told = await deliverAt('second', [1, 2])
  expect(await fileOf(1)).toContain(world.path('first/'))
  expect(told).toEqual([
    `No mail server is set: the message to ${people[1]} is in ${await fileOf(2)} and has not been sent.`,
    `Another program wrote the message to ${people[0]} meanwhile: it is in ${await fileOf(1)} and has not been sent.`,
  ])
})

it('counts what it wrote itself apart from what others wrote', async () => {
  await deliverAt('first', [1, 2])
  expect(await deliverAt('second', [1, 2, 3, 4])).toEqual([
    `No mail server is set: 2 messages are in ${world.path('second')} and have not been sent.`,
    'Another program wrote 2 messages meanwhile, which have not been sent. Where one is: ssh-admin mail show NUMBER',
  ])
})
