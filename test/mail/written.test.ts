import { statSync } from 'node:fs'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sendMessages } from '../../src/mail/send.ts'
import { isLetterName, type LetterName, letters } from '../../src/rules/mail/letters.ts'
import { queueMessage } from '../../src/rules/mail/queue-message.ts'
import { testServer } from '../shared-store.ts'
import { newWorld, type World } from '../world.ts'
import { inbox } from './inbox.ts'

/** A text of a server holds no NUL. */
const isKeptNowhere = (text: string) => testServer !== undefined && text.includes('\0')

describe('the mail directory', () => {
  let world: World
  let id: number
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { name: 'Nile Valley School' })
    id = await world.user('amira@school.example', { centre: 'EG001', status: 'invited' })
  })
  afterEach(() => world.close())

  const queue = (letter: LetterName, person = { firstName: 'Amira', lastName: 'Haddad' }) =>
    world.commit((ctx) => async (trx) => {
      const { firstName: first_name, lastName: last_name } = person
      await trx.updateTable('users').set({ first_name, last_name }).where('id', '=', id).execute()
      const fields = { oldEmail: 'old@school.example', newEmail: 'amira@school.example' }
      await queueMessage(trx, ctx, {
        letter,
        to: {
          ...person,
          id,
          email: 'amira@school.example',
          centre: { name: 'Nile Valley School', number: 'EG001' },
        },
        fields,
      })
    })
  const write = async () => {
    const store = await world.store()
    const rows = await store.db.selectFrom('outbox').select('id').execute()
    await sendMessages(
      rows.map((row) => row.id),
      {
        store,
        actor: world.ctx().actor,
        now: () => world.now,
        server: undefined,
        folder: world.mailFolder,
        from: 'noreply@cambridgeinternational.org',
        baseUrl: 'https://hub.example',
      },
    )
    return store.db.selectFrom('outbox').selectAll().execute()
  }

  it('holds one message for one person, with the link, the centre and the deadline', async () => {
    await queue('account-set-up')
    expect(await write()).toMatchObject([{ state: 'written', attempts: 1 }])
    const [message, ...others] = await inbox(world)
    expect(others).toEqual([])
    expect(message).toMatchObject({
      from: { name: 'Cambridge School Support Hub', address: 'noreply@cambridgeinternational.org' },
      to: [{ name: 'Amira Haddad', address: 'amira@school.example' }],
      subject: 'Set up your School Support Hub account',
    })
    expect(message?.text).toMatch(/https:\/\/hub\.example\/set-up\/\d+\.[\w-]{43}\n/)
    expect(message?.text).toContain('before Wednesday 4 March 2026 at 09:00 UTC')
    expect(message?.text).toContain('Nile Valley School (EG001)')
    expect(message?.html).toContain('Dear Amira Haddad')
    expect(statSync(message?.file ?? '').mode & 0o777).toBe(0o600)
    expect(statSync(world.mailFolder).mode & 0o777).toBe(0o700)
  })

  it.each(Object.keys(letters).filter(isLetterName))(
    'knows the letter %s, in text and in HTML',
    async (letter) => {
      // No other letter says something else to whoever coordinates a centre.
      await world.rows(`update users set hub_role = 'coordinator'`)
      await queue(letter)
      expect(await write()).toMatchObject([{ state: 'written', last_error: null }])
      const [message] = await inbox(world)
      expect(message?.text?.replace(/\d+\.[\w-]{43}|^ {3}\S+$/gm, 'SECRET')).toMatchSnapshot()
      expect(message?.html).not.toMatch(/undefined|\{\{|src=|http:/)
    },
  )

  it('shows names as they are, never as markup', async () => {
    await queue('password-reset', { firstName: '<img src=x>', lastName: '{{ link }}' })
    await write()
    const [message] = await inbox(world)
    expect(message?.html).toContain('&lt;img src=x&gt; {{ link }}')
    expect(message?.html).not.toContain('<img')
  })

  it('is of no name with a NUL where a server keeps the store, which refuses it in words; a file keeps it', async () => {
    const queueing = queue('account-set-up', { firstName: 'nul\0nul', lastName: 'Haddad' })
    if (testServer === undefined) await queueing
    else await expect(queueing).rejects.toMatchObject({ code: 'store-refused', exit: 7 })
    await write()
    expect(await inbox(world)).toHaveLength(testServer === undefined ? 1 : 0)
  })

  it('has one recipient and one subject, whatever a name holds', async () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => !isKeptNowhere(text)),
      fc.constantFrom(
        'A\r\nBcc: eve@evil.example',
        'B, eve@evil.example',
        '"C" <eve@evil.example>',
        '\u202eevil',
      ),
    )
    await fc.assert(
      fc.asyncProperty(name, name, async (firstName, lastName) => {
        const { db } = await world.store()
        await db.deleteFrom('outbox').execute()
        await queue('account-set-up', { firstName, lastName })
        await write()
        const message = (await inbox(world)).at(-1)
        expect(message?.to?.map(({ address }) => address)).toEqual(['amira@school.example'])
        expect(message?.subject).toBe('Set up your School Support Hub account')
        expect([message?.cc, message?.bcc]).toEqual([undefined, undefined])
        expect(message?.headers.map(({ key }) => key).sort()).toEqual([
          'auto-submitted',
          'content-transfer-encoding',
          'content-type',
          'date',
          'from',
          'message-id',
          'mime-version',
          'subject',
          'to',
        ])
      }),
      { numRuns: 60 },
    )
  })
})
