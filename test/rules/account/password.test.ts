import { hash } from '@node-rs/argon2'
import { dictionary } from '@zxcvbn-ts/language-common'
import { describe, expect, it } from 'vitest'
import {
  isPassword,
  hashNewPassword,
  refuseOwnWords,
  weaknessOf,
} from '../../../src/rules/account/password.ts'

const owner = {
  firstName: 'Amira',
  lastName: 'Haddad',
  email: 'amira.h@oasis.example',
  centre: { number: 'EG001', name: 'Nile Valley Academy' },
}

describe('a password', () => {
  it.each([
    'nine camels cross the river',
    'a quiet afternoon in Aswan',
    'correct horse battery staple',
    'Überraschung am Nil',
    'v7Lq9tuKp2Wz4Xm',
  ])('may be %s: nobody else would put that together', async (text) => {
    expect(await weaknessOf(text)).toBeUndefined()
  })

  it('has 15 characters at least and 128 at most, whatever they are', async () => {
    expect(await weaknessOf('v7Lq9tuKp2Wz4X')).toBe('is shorter than 15 characters')
    expect(await weaknessOf('é𝄞7Lq9tuKp2Wz4X')).toBeUndefined()
    const long = Array.from({ length: 128 }, (_, at) =>
      String.fromCodePoint(0x4e00 + ((at * 37) % 500)),
    ).join('')
    expect(await weaknessOf(long)).toBeUndefined()
    expect(await weaknessOf(`${long}x`)).toBe('is longer than 128 characters')
  })

  it('is none of the common ones, of which there are tens of thousands', async () => {
    const common = dictionary['passwords-common']
    expect(common.length).toBeGreaterThan(10_000)
    const passed: string[] = []
    for (const text of common) if (!(await weaknessOf(text))) passed.push(text)
    expect(passed).toEqual([])
  })

  it.each(['PasswordPassword', 'p a s s w o r d p a s s w o r d', 'P4$$w0rdP@55word', 'QWERTY uiop 12345'])(
    'is no common one in capitals, with blanks or the usual substitutions: %s',
    async (text) => {
      expect(await weaknessOf(text)).toContain('common')
    },
  )

  it.each([
    ['passwordpassword!', 'common'],
    ['sunshine-sunshine-1', 'common'],
    ['password1234567', 'common'],
    ['123456789012345', 'row of signs'],
    ['abcdefghijklmno', 'row of signs'],
    ['poiuytrewqlkjhg', 'row of signs'],
    ['zzzzzzzzzzzzzzzzz', 'row of signs'],
    ['kvxq9kvxq9kvxq9', 'one part repeated'],
    ['kvxq9wkvxq9wkvx', 'one part repeated'],
  ])('is no run, no part repeated, and no common one with little more: %s', async (text, weakness) => {
    expect(await weaknessOf(text)).toContain(weakness)
  })

  it.each([
    'Amira Haddad 2026',
    'haddad.amira@oasis',
    'amira.h@oasis.example',
    'EG001 EG001 EG001',
    'N1le Valley Ac4demy!',
    'Cambridge Support Hub',
  ])('is not made of the name, address or centre of its owner: %s', async (text) => {
    const weak = () => refuseOwnWords({ text, hash: '' }, owner)
    expect(weak).toThrow(expect.objectContaining({ code: 'weak-password', exit: 2 }))
  })

  it('may have a word of its owner in it', () => {
    expect(() => refuseOwnWords({ text: 'amira likes nine camels', hash: '' }, owner)).not.toThrow()
  })

  it('is kept as argon2id, and known again however its letters are composed', async () => {
    const { hash: kept } = await hashNewPassword('Überraschung am Nil')
    expect(kept).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await isPassword('U\u0308berraschung am Nil', kept)).toBe(true)
    expect(await isPassword('Überraschung am Nil ', kept)).toBe(false)
  })

  it('works until it is changed, when an older rule let it pass', async () => {
    expect(await isPassword('vLq9#tuK', await hash('vLq9#tuK'))).toBe(true)
  })
})
