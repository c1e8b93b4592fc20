import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Compared, slippedValues } from '../../src/rules/slipped.ts'

const compared = (saved: readonly string[], now: readonly string[]) =>
  saved.map((value, at) => ({ saved: value, now: now[at] ?? value }))
/** The slipped values, without the rows beside them. */
const slippedOf = (values: readonly Compared[]) =>
  new Map([...slippedValues(values)].filter(([, distance]) => distance !== undefined))
const times = ['10:00', '09:00', '09:30', '09:00', '08:00', '10:00', '07:30', '09:00']

describe('values that slipped', () => {
  it('are those of the row above, where a cell was inserted', () => {
    const slipped = slippedOf(compared(times, ['11:00', ...times.slice(0, -1)]))
    expect([...slipped]).toEqual([1, 2, 3, 4, 5, 6, 7].map((at) => [at, -1]))
  })

  it('are those of the row below, where a cell was taken out, and from there on', () => {
    const now = [...times.slice(0, 2), ...times.slice(3)]
    expect([...slippedOf(compared(times, now)).keys()]).toEqual([2, 3, 4, 5, 6])
  })

  it('are those of two rows above, where each country has two sessions', () => {
    const days = times.flatMap((time) => [time, time.replace(/^\d\d/, '14')])
    const slipped = slippedOf(compared(days, ['11:00', '15:00', ...days.slice(0, -2)]))
    expect(new Set(slipped.values())).toEqual(new Set([-2]))
  })

  it('are found around rows of which nothing is saved', () => {
    const values = compared(times, ['11:00', ...times.slice(0, -1)])
    expect(slippedOf([...values.slice(0, 7), undefined, ...values.slice(0, 7)]).size).toBe(12)
  })

  it('are found again in a list of nothing but these and the rows beside them', () => {
    const value = fc.constantFrom('08:00', '09:00', '09:30', '10:00', undefined)
    const days = fc.array(value, { minLength: 8, maxLength: 40 })
    fc.assert(
      fc.property(days, fc.nat(20), fc.constantFrom(-3, -2, -1, 1, 2, 3), (saved, from, distance) => {
        const values = saved.map((one, at) => {
          const now = at < from ? one : (saved[at + distance] ?? '11:00')
          return one === undefined || now === undefined ? undefined : { saved: one, now }
        })
        const held = slippedValues(values)
        const again = slippedValues(values.filter((_, at) => held.has(at)))
        expect(again.size).toBe(held.size)
      }),
    )
  })

  it('are found where rows between them cannot be read', () => {
    const values: Compared[] = compared(times, ['11:00', ...times.slice(0, -1)])
    expect([...slippedOf(values.with(4, undefined)).keys()]).toEqual([1, 2, 3, 6, 7])
  })

  it('are none where fewer than five do, or where a value between them is its own', () => {
    expect(slippedOf(compared(times, [...times.slice(0, 3), '11:00', ...times.slice(3, 7)])).size).toBe(0)
    const now = ['11:00', ...times.slice(0, -1)]
    expect(slippedOf(compared(times, now.with(4, '08:00'))).size).toBe(0)
  })

  describe('in a list in order', () => {
    const inOrder = ['08:00', '09:00', '10:00', '11:00', '12:00', '13:00', '14:00', '15:00']
    const moved = [...inOrder.slice(1), '16:00']

    it('are none where all of it, or of a part of it, is moved by as much', () => {
      expect(slippedOf(compared(inOrder, moved)).size).toBe(0)
      expect(slippedOf(compared(moved, inOrder)).size).toBe(0)
      expect(slippedOf(compared([...inOrder, '15:30', '16:00'], moved)).size).toBe(0)
      const twice = inOrder.flatMap((time) => [time, time])
      expect(
        slippedOf(
          compared(
            twice,
            twice.map((time) => time.replace(':00', ':30')),
          ),
        ).size,
      ).toBe(0)
      expect(
        slippedOf(
          compared(
            twice,
            moved.flatMap((time) => [time, time]),
          ),
        ).size,
      ).toBe(0)
      const marks = ['20.3', '19.3', '18.3', '17.3', '16.3', '15.3', '14.3']
      expect(slippedOf(compared(marks.slice(1), marks.slice(0, -1))).size).toBe(0)
    })

    it('are found where a cell was inserted, taken out, or is blank', () => {
      expect(slippedOf(compared(inOrder, ['06:30', ...inOrder.slice(0, -1)])).size).toBe(7)
      expect(slippedOf(compared(inOrder, [...inOrder.slice(1), '15:00'])).size).toBe(7)
      expect(slippedOf([...compared(inOrder, moved).slice(0, -1), undefined]).size).toBe(6)
      expect(slippedOf([undefined, ...compared(moved, inOrder).slice(1)]).size).toBe(6)
      const twice = inOrder.flatMap((time) => [time, time])
      expect(slippedOf(compared(twice, ['07:00', ...twice.slice(0, -1)])).size).toBe(7)
    })
  })

  it('are none where all become one value, or each another', () => {
    const value = fc.constantFrom('08:00', '09:00', '09:30', '10:00')
    fc.assert(
      fc.property(fc.array(value, { maxLength: 60 }), value, (saved, one) => {
        expect(slippedOf(compared(saved, Array(saved.length).fill(one))).size).toBe(0)
        const later = saved.map((time) => `${time}:30`)
        expect(slippedOf(compared(saved, later)).size).toBe(0)
      }),
    )
  })
})
