import fc from 'fast-check'
import { createHmac, createSecretKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { codeOf, lengthPrefixed, pinOf, firstBytesModulo } from '../../../src/rules/credentials/derive.ts'

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array))

describe('the digits of a PIN', () => {
  it('are those that were handed out: the number in eight bytes of the seal, modulo', () => {
    fc.assert(
      fc.property(bytes(8), fc.integer({ min: 1, max: 100_000_000 }), (seal, divisor) => {
        expect(firstBytesModulo(seal, divisor)).toBe(Number(seal.readBigUInt64BE(0) % BigInt(divisor)))
      }),
    )
    expect(firstBytesModulo(Buffer.alloc(8, 0xff), 100_000_000)).toBe(9_551_615)
  })

  it('are eight, those of a code six, and both come from key and nonce alone', () => {
    fc.assert(
      fc.property(bytes(32), bytes(16), (secret, nonce) => {
        const key = createSecretKey(secret)
        const prefix = (field: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, field.length]), field])
        const sealOf = (...fields: Buffer[]) =>
          createHmac('sha256', secret)
            .update(Buffer.concat(fields.map(prefix)))
            .digest()
            .readBigUInt64BE(0)
        const pin = sealOf(Buffer.from('pin'), nonce) % 100_000_000n
        expect(pinOf(key, nonce)).toBe(String(pin).padStart(8, '0'))
        const code = sealOf(Buffer.from('code'), Buffer.from('7'), nonce) % 1_000_000n
        expect(codeOf(key, { userId: 7, nonce })).toBe(String(code).padStart(6, '0'))
      }),
    )
  })
})

it('what is signed has the length of each of its fields before it', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string({ unit: 'binary' }), bytes(5))), (fields) => {
      const parts = fields.flatMap((field) => {
        const own = typeof field === 'string' ? Buffer.from(field) : field
        const length = Buffer.alloc(4)
        length.writeUInt32BE(own.length)
        return [length, own]
      })
      expect(lengthPrefixed(...fields)).toEqual(Buffer.concat(parts))
    }),
  )
})
