import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { progressInWords } from '../../src/cli/progress.ts'
import { grouped } from '../../src/grouped.ts'

const saving = { done: 13_500, share: 0.68, perSecond: 21_097, left: 14 }
const inRoom = (room: number) => progressInWords(saving, { words: 'Saving …', inWords: grouped, room })

describe('how far it is, on one line', () => {
  it('says the share, how many, how fast and how long it will take', () => {
    expect(inRoom(77)).toBe('Saving … 68 %, 13,500, 21,097 a second, 14 s left')
  })

  it.each([
    [48, 'Saving … 68 %, 13,500, 14 s left'],
    [31, 'Saving … 68 %, 14 s left'],
  ])('keeps how long it will take in %d columns', (room, line) => {
    expect(inRoom(room)).toBe(line)
    expect(stringWidth(line)).toBeLessThanOrEqual(room)
  })
})
