import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { slippedValues } from '../../src/rules/slipped.ts'

const compared = (saved: readonly string[], now: readonly string[]) =>
  saved.map((value, at) => ({ saved: value, now: now[at] ?? value }))
const times = ['10:00', '09:00', '09:30', '09:00', '08:00', '10:00', '07:30', '09:00']

describe('values that slipped', () => {
  it('are those of the row above, where a cell was inserted', () => {
    const slipped = slippedValues(compared(times, ['11:00', ...times.slice(0, -1)]))
    expect([...slipped]).toEqual([1, 2, 3, 4, 5, 6, 7].map((at) => [at, -1]))
  })

  it('are those of the row below, where a cell was taken out, and from there on', () => {
    const now = [...times.slice(0, 2), ...times.slice(3)]
    expect([...slippedValues(compared(times, now)).keys()]).toEqual([2, 3, 4, 5, 6])
  })

  it('are those of two rows above, where each country has two sessions', () => {
    const days = times.flatMap((time) => [time, time.replace(/^\d\d/, '14')])
    const slipped = slippedValues(compared(days, ['11:00', '15:00', ...days.slice(0, -2)]))
    expect(new Set(slipped.values())).toEqual(new Set([-2]))
  })

  it('are found around rows of which nothing is saved', () => {
    const values = compared(times, ['11:00', ...times.slice(0, -1)])
    expect(slippedValues([...values.slice(0, 7), undefined, ...values.slice(0, 7)]).size).toBe(12)
  })

  it('are none where fewer than five do, or where a value between them is its own', () => {
    expect(slippedValues(compared(times, [...times.slice(0, 3), '11:00', ...times.slice(3, 7)])).size).toBe(0)
    const now = ['11:00', ...times.slice(0, -1)]
    expect(slippedValues(compared(times, now.with(4, '08:00'))).size).toBe(0)
  })

  describe('in a list in order', () => {
    const inOrder = ['08:00', '09:00', '10:00', '11:00', '12:00', '13:00', '14:00', '15:00']
    const moved = [...inOrder.slice(1), '16:00']

    it('are none where all of it, or of a part of it, is moved by as much', () => {
      expect(slippedValues(compared(inOrder, moved)).size).toBe(0)
      expect(slippedValues(compared(moved, inOrder)).size).toBe(0)
      expect(slippedValues(compared([...inOrder, '15:30', '16:00'], moved)).size).toBe(0)
      const twice = inOrder.flatMap((time) => [time, time])
      expect(
        slippedValues(
          compared(
            twice,
            twice.map((time) => time.replace(':00', ':30')),
          ),
        ).size,
      ).toBe(0)
      expect(
        slippedValues(
          compared(
            twice,
            moved.flatMap((time) => [time, time]),
          ),
        ).size,
      ).toBe(0)
      const marks = ['20.3', '19.3', '18.3', '17.3', '16.3', '15.3', '14.3']
      expect(slippedValues(compared(marks.slice(1), marks.slice(0, -1))).size).toBe(0)
    })

    it('are found where a cell was inserted, taken out, or is blank', () => {
      expect(slippedValues(compared(inOrder, ['06:30', ...inOrder.slice(0, -1)])).size).toBe(7)
      expect(slippedValues(compared(inOrder, [...inOrder.slice(1), '15:00'])).size).toBe(7)
      expect(slippedValues([...compared(inOrder, moved).slice(0, -1), undefined]).size).toBe(6)
      expect(slippedValues([undefined, ...compared(moved, inOrder).slice(1)]).size).toBe(6)
      const twice = inOrder.flatMap((time) => [time, time])
      expect(slippedValues(compared(twice, ['07:00', ...twice.slice(0, -1)])).size).toBe(7)
    })
  })

  it('are none where all become one value, or each another', () => {
    const value = fc.constantFrom('08:00', '09:00', '09:30', '10:00')
    fc.assert(
      fc.property(fc.array(value, { maxLength: 60 }), value, (saved, one) => {
        expect(slippedValues(compared(saved, Array(saved.length).fill(one))).size).toBe(0)
        const later = saved.map((time) => `${time}:30`)
        expect(slippedValues(compared(saved, later)).size).toBe(0)
      }),
    )
  })
})
