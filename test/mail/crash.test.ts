import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sendMessages } from '../../src/mail/send.ts'
import { tell } from '../../src/rules/tell.ts'
import { newWorld, type World } from '../world.ts'
import { mailServer } from './server.ts'

const program = fileURLToPath(new URL('../../bin/ssh-admin.js', import.meta.url))

describe('mail send, as programs of their own', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld(new Date())
    await world.centre('EG001')
  })
  afterEach(() => world.close())

  const owe = async (count: number) => {
    for (let at = 1; at <= count; at += 1) {
      const email = `user${at}@school.example`
      const id = await world.user(email, { centre: 'EG001', status: 'invited' })
      await world.commit(
        (given) => (trx) =>
          tell(trx, given, {
            letter: 'account-set-up',
            to: { id, email, firstName: 'U', lastName: `${at}` },
          }),
      )
    }
  }
  const states = async () => {
    const { db } = await world.store()
    return (await db.selectFrom('outbox').select('state').orderBy('id').execute()).map(({ state }) => state)
  }
  const start = (port: number) =>
    execa(process.execPath, [program, 'mail', 'send'], {
      env: {
        HOME: world.folder,
        SSH_ADMIN_DB: world.db,
        SSH_ADMIN_SMTP_URL: `smtp://127.0.0.1:${port}?ignoreTLS=true`,
      },
      reject: false,
    })

  it('repeats one message at most, the very same, when killed after the server took it', async () => {
    await owe(3)
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

    await start(server.port)
    expect(await states()).toEqual(['queued', 'sent', 'sent'])
    const later = new Date(world.now.getTime() + 1_200_000)
    await sendMessages([1, 2, 3], {
      store: await world.store(),
      by: world.given().by,
      now: () => later,
      server: { host: '127.0.0.1', port: server.port, protection: 'none' },
      folder: '',
      from: 'noreply@cambridgeinternational.org',
      baseUrl: 'https://hub.example',
    })
    expect(await states()).toEqual(['sent', 'sent', 'sent'])
    const ids = server.received.map(({ messageId }) => messageId)
    expect(new Set(ids).size).toBe(3)
    await server.close()
    await killing.close()
  })

  it('shares the work, with two at it at once', async () => {
    await owe(30)
    const server = await mailServer()
    await Promise.all([start(server.port), start(server.port)])
    expect(new Set(await states())).toEqual(new Set(['sent']))
    expect(server.received.map(({ to }) => to[0]).sort()).toEqual(
      Array.from({ length: 30 }, (_, at) => `user${at + 1}@school.example`).sort(),
    )
    await server.close()
  })
})
