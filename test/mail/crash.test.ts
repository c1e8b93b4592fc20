import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { queueMessage } from '../../src/rules/mail/queue-message.ts'
import { builtProgram } from '../built-program.ts'
import { newWorld, settingsOf, type World } from '../world.ts'
import { mailServer } from './server.ts'

describe('mail send, as programs of their own', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld(new Date())
    await world.centre('EG001')
  })
  afterEach(() => world.close())

  const queue = async (count: number) => {
    for (let at = 1; at <= count; at += 1) {
      const email = `user${at}@school.example`
      const id = await world.user(email, { centre: 'EG001', status: 'invited' })
      await world.commit(
        (ctx) => (trx) =>
          queueMessage(trx, ctx, {
            letter: 'account-set-up',
            to: { id, email, firstName: 'U', lastName: `${at}`, centre: null },
          }),
      )
    }
  }
  const states = async () => {
    const { db } = await world.store()
    return (await db.selectFrom('outbox').select('state').orderBy('id').execute()).map(({ state }) => state)
  }
  const start = (port: number) =>
    execa(process.execPath, [builtProgram(), 'mail', 'send'], {
      env: {
        ...settingsOf(world),
        SSH_ADMIN_SMTP_URL: `smtp://127.0.0.1:${port}?ignoreTLS=true`,
      },
      reject: false,
    })

  it('sends none twice when killed after the server took one, and says that it may have arrived', async () => {
    await queue(3)
    const kill: { now: () => void } = { now: () => undefined }
    const server = await mailServer()
    const killing = await mailServer({
      onData: (stream, _session, done) => {
        stream.resume()
        stream.on('end', () => {
          // Before the answer leaves: the store cannot know of it.
          kill.now()
          done()
        })
      },
    })
    const child = start(killing.port)
    kill.now = () => child.kill('SIGKILL')
    expect((await child).signal).toBe('SIGKILL')
    expect(await states()).toEqual(['queued', 'queued', 'queued'])

    const again = await start(server.port)
    expect(again.exitCode).toBe(9)
    expect(again.stderr).toContain('The message to user1@school.example may have arrived, or not')
    expect(await states()).toEqual(['unknown', 'sent', 'sent'])
    const { stdout } = await world.run(['audit', 'list', '--json', '--subject', 'user1@school.example'])
    expect(stdout).toContain('mail.message-failed')

    expect((await start(server.port)).exitCode).toBe(0)
    expect(server.received.map(({ to }) => to[0])).toEqual(['user2@school.example', 'user3@school.example'])
    await server.close()
    await killing.close()
  })

  it('shares the work, with two at it at once', async () => {
    await queue(30)
    const server = await mailServer()
    await Promise.all([start(server.port), start(server.port)])
    expect(new Set(await states())).toEqual(new Set(['sent']))
    expect(server.received.map(({ to }) => to[0]).sort()).toEqual(
      Array.from({ length: 30 }, (_, at) => `user${at + 1}@school.example`).sort(),
    )
    await server.close()
  })
})
