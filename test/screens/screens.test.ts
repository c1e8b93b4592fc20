import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { itInAFile } from '../in-a-file.ts'
import { testServer } from '../shared-store.ts'
import { type Line, textOf } from './emulate.ts'
import { everyScreen, isHelp, type Screen, shownScreen, widths } from './screens.ts'
import { sessionSvg } from './session.ts'

const screens = await everyScreen()
const groups = [...new Set(screens.map(({ words }) => words.split(' ')[0] ?? ''))]

/** Only a command to be pasted, and a word without a blank, may go on past the edge. */
function isBroken(lines: readonly Line[], at: number): boolean {
  let first = at
  while (lines[first]?.wrapped) first -= 1
  return first < at && !/^\s*(\$ ssh-admin |ssh-admin |cp |\S+$)/.test(textOf(lines[first]))
}

/** A message has another number where a rehearsal took one, as on a server. */
const unnumbered = (lines: readonly string[]) =>
  lines.map((line) => line.replace(/(?<=[.]mail[/])\d{4}/, '0000'))

/**
 * What is shown of a store on a server is held against what is shown of a file, but where the store itself is named: its
 * address is longer, so that lines break elsewhere.
 */
function likeInAFile(
  lines: readonly string[],
  { screen, file }: { screen: Screen; file: string },
): readonly string[] {
  if (testServer === undefined) return lines
  const shown = readFileSync(new URL(file, import.meta.url), 'utf8').replace(/\n$/, '')
  const [, after = ''] = `\n${shown}`.split(`\n$ ${screen.line}\n`)
  const inAFile = (after.split('\n\n$ ssh-admin ')[0] ?? '').split('\n')
  const namesStore = inAFile.some((line) => /[.]db(?![.]key|[.]mail)\b/.test(line))
  return namesStore || isDeepStrictEqual(unnumbered(lines), unnumbered(inAFile)) ? inAFile : lines
}

describe.each(widths)('at a terminal of %i columns', (columns) => {
  it.each(groups)('%s breaks no line within a word, and shows what it showed', async (group) => {
    const shown: string[] = []
    const file = `shown/${group}-${columns}.txt`
    for (const screen of screens.filter(({ words }) => words.split(' ')[0] === group)) {
      const lines = await shownScreen(screen, columns)
      const broken = lines.filter((_, at) => isBroken(lines, at)).map(textOf)
      expect(broken, screen.line).toEqual([])
      // The words of help are held by docs/commands.md.
      if (!isHelp(screen) || !screen.words.includes(' '))
        shown.push(`$ ${screen.line}`, ...likeInAFile(lines.map(textOf), { screen, file }), '')
    }
    await expect(shown.join('\n')).toMatchFileSnapshot(file)
  })
})

// It begins with no store.
itInAFile('is what the picture of the README shows', async () => {
  await expect(await sessionSvg()).toMatchFileSnapshot('../../docs/session.svg')
})
