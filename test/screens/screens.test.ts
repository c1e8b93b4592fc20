import { describe, expect, it } from 'vitest'
import { type Line, textOf } from './emulate.ts'
import { everyScreen, isHelp, shownScreen, widths } from './screens.ts'
import { sessionSvg } from './session.ts'

const screens = await everyScreen()
const groups = [...new Set(screens.map(({ words }) => words.split(' ')[0] ?? ''))]

/** Only a command to be pasted, and a word without a blank, may go on past the edge. */
function isBroken(lines: readonly Line[], at: number): boolean {
  let first = at
  while (lines[first]?.wrapped) first -= 1
  return first < at && !/^\s*(\$ ssh-admin |ssh-admin |cp |\S+$)/.test(textOf(lines[first]))
}

describe.each(widths)('at a terminal of %i columns', (columns) => {
  it.each(groups)('%s breaks no line within a word, and shows what it showed', async (group) => {
    const shown: string[] = []
    for (const screen of screens.filter(({ words }) => words.split(' ')[0] === group)) {
      const lines = await shownScreen(screen, columns)
      const broken = lines.filter((_, at) => isBroken(lines, at)).map(textOf)
      expect(broken, screen.line).toEqual([])
      // The words of help are held by docs/commands.md.
      if (!isHelp(screen) || !screen.words.includes(' '))
        shown.push(`$ ${screen.line}`, ...lines.map(textOf), '')
    }
    await expect(shown.join('\n')).toMatchFileSnapshot(`shown/${group}-${columns}.txt`)
  })
})

it('is what the picture of the README shows', async () => {
  await expect(await sessionSvg()).toMatchFileSnapshot('../../docs/session.svg')
})
