import fc from 'fast-check'
import PostalMime from 'postal-mime'
import { beforeAll, describe, expect, it } from 'vitest'
import type { OutboxRow } from '../../src/db/schema.ts'
import { letterWriter, type Writer } from '../../src/mail/compose.ts'
import { readAddress } from '../../src/rules/users/email.ts'

const row: OutboxRow = {
  id: 1,
  message_id: 'abcdef0123456789abcdef01',
  user_id: null,
  credential_id: null,
  import_id: null,
  to_address: 'amira@school.example',
  to_name: 'Amira',
  letter: 'coordinator-appointed',
  subject: 'You are now the coordinator',
  fields: '{}',
  state: 'queued',
  attempts: 0,
  last_error: null,
  created_at: '2026-03-02T09:00:00.000Z',
  next_try_at: null,
  expires_at: null,
  claimed_by: null,
  claimed_at: null,
  delivered_at: null,
  file: null,
}

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    'x\r\nBcc: eve@evil.example\r\n',
    'x\n.\nMAIL FROM:<eve@evil.example>',
    'a@b.example, eve@evil.example',
    '"a" <eve@evil.example>',
    'a@b.example;eve@evil.example',
    'group: a@b.example, eve@evil.example;',
    'a@b.example\u0000eve@evil.example',
    'а@school.example',
    'amira@ѕchool.example',
    'amira@school.example\u200b',
    '=?utf-8?q?x=0d=0aBcc:_eve=40evil.example?=',
  ),
)

describe('a message, whatever its fields hold', () => {
  let writer: Writer
  beforeAll(async () => {
    writer = letterWriter({ changed: new Map(), from: 'noreply@cambridgeinternational.org' })
  })

  const composed = async (facts: Partial<OutboxRow>, value = 'x') => {
    const full = { ...row, ...facts }
    const values = {
      centreName: value,
      centreNumber: value,
      name: value,
      email: value,
      sender: value,
      hub: value,
    }
    const said = await writer.write({ letter: full.letter, subject: full.subject, values })
    return writer.compose(full, said, 'server')
  }

  it('has one recipient, one subject and the headers we wrote', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, hostile, hostile, async (to_name, subject, value) => {
        const { to, raw } = await composed({ to_name, subject }, value)
        const message = await PostalMime.parse(raw)
        expect(to).toBe('amira@school.example')
        expect(message.to?.map(({ address }) => address)).toEqual(['amira@school.example'])
        const keys = message.headers.map(({ key }) => key)
        expect(new Set(keys).size).toBe(keys.length)
        expect(keys).not.toContain('bcc')
        expect(keys).not.toContain('cc')
      }),
      { numRuns: 300 },
    )
  })

  it('goes to a plain address or to nobody', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (to_address) => {
        const address = readAddress(to_address)
        if (!('key' in address)) {
          await expect(composed({ to_address })).rejects.toThrow()
          return
        }
        const { to } = await composed({ to_address })
        expect(to).toMatch(/^[\x21-\x7e]+@[a-z0-9.-]+$/)
        expect(to).not.toMatch(/[\s,;<>"]/)
      }),
      { numRuns: 300 },
    )
  })

  it('keeps an address with letters of its own country apart from its look-alikes', async () => {
    expect((await composed({ to_address: 'maria@escola-são.example' })).to).toBe(
      'maria@xn--escola-so-s2a.example',
    )
    await expect(composed({ to_address: 'amira@ѕchool.example' })).rejects.toThrow(/scripts/)
  })
})
