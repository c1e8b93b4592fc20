import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { voidOpenCredentials } from '../../../src/db/credentials.ts'
import { findMessages } from '../../../src/db/messages.ts'
import { transactionState } from '../../../src/db/transact.ts'
import { headerText, queueMessage } from '../../../src/rules/mail/queue-message.ts'
import { newWorld, type World } from '../../world.ts'

describe('owing somebody a letter', () => {
  let world: World
  let amira: { id: number; email: string; firstName: string; lastName: string; centre: null }
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001')
    const id = await world.user('amira@school.example', { centre: 'EG001', status: 'invited' })
    amira = { id, email: 'amira@school.example', firstName: 'Amira', lastName: 'Haddad', centre: null }
  })
  afterEach(() => world.close())

  const setUp = () =>
    world.commit((ctx) => async (trx) => {
      await queueMessage(trx, ctx, { letter: 'account-set-up', to: amira })
      return (await findMessages(trx, transactionState(trx).queued))[0]
    })
  const rows = async () => {
    const { db } = await world.store()
    return {
      messages: await db.selectFrom('outbox').selectAll().orderBy('id').execute(),
      credentials: await db.selectFrom('credentials').selectAll().orderBy('id').execute(),
    }
  }

  it('queues it with a link of its own that lives 48 hours', async () => {
    expect(await setUp()).toMatchObject({
      to_address: 'amira@school.example',
      to_name: 'Amira Haddad',
      state: 'queued',
      expires_at: '2026-03-04T09:00:00.000Z',
    })
    const { credentials } = await rows()
    expect(credentials).toMatchObject([{ user_id: amira.id, purpose: 'set-up', state: 'open' }])
  })

  it('voids the older link, and cancels the message that carries it', async () => {
    await setUp()
    await setUp()
    const { messages, credentials } = await rows()
    expect(credentials.map(({ state }) => state)).toEqual(['void', 'open'])
    expect(messages.map(({ state }) => state)).toEqual(['cancelled', 'queued'])
  })

  it('leaves no trace when rehearsed', async () => {
    await world.rehearse((ctx) => (trx) => queueMessage(trx, ctx, { letter: 'account-set-up', to: amira }))
    expect(await rows()).toEqual({ messages: [], credentials: [] })
  })

  it('ends with every link and PIN void once the user is suspended or deleted', async () => {
    const { db } = await world.store()
    const issued = {
      pin_state: 'issued',
      pin_nonce: Buffer.alloc(16),
      pin_issued_at: world.now.toISOString(),
    }
    await db
      .updateTable('users')
      .set({ ...issued, pin_state: 'issued' })
      .execute()
    await setUp()
    await world.commit(() => (trx) => voidOpenCredentials(trx, [amira.id]))
    const { messages, credentials } = await rows()
    expect(credentials).toMatchObject([{ state: 'void' }])
    expect(messages).toMatchObject([{ state: 'cancelled' }])
    expect(await world.account('amira@school.example')).toMatchObject({ pin: 'void' })
  })

  it('keeps names and subjects on one line, whatever a workbook holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(headerText(text)).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u200b]/u)
      }),
    )
  })
})
