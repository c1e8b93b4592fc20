import { describe, expect, it } from 'vitest'
import { type Line, textOf } from './emulate.ts'
import { everyScreen, shownScreen, widths } from './screens.ts'

/** It stands as it is edited; and what prints nothing. */
const isVerbatim = (words: string) => words === 'templates show'
const screens = (await everyScreen()).filter(
  ({ words, line }) => words !== 'users exists' || line.includes('--help'),
)

/** Only a command to be pasted, and a word without a blank, may go on past the edge. */
function isBroken(lines: readonly Line[], at: number): boolean {
  let first = at
  while (lines[first]?.wrapped) first -= 1
  return first < at && !/^\s*(\$ ssh-admin |ssh-admin |\S+$)/.test(textOf(lines[first]))
}

describe.each(widths)('at a terminal of %i columns', (columns) => {
  it.each(screens)('$line', async (screen) => {
    const lines = await shownScreen(screen, columns)
    expect(lines.length).toBeGreaterThan(0)
    const broken = lines.filter((_, at) => isBroken(lines, at)).map(textOf)
    expect(isVerbatim(screen.words) ? [] : broken).toEqual([])
  })
})
