import { rmSync } from 'node:fs'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type Ran, type World } from '../world.ts'
import { importRows, type Line, line, writeXlsx } from './workbook.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

const numbers = Array.from({ length: 12 }, (_, at) => `EG${100 + at}`)
const good = fc.constantFrom(
  'École du Nil',
  'São Tomé School',
  'Señora Álvarez',
  'Żółw',
  '北京国际学校',
  'Nile School',
)
const accented = fc.constantFrom('École', 'Álvaro', 'Voilà', 'Zoë', 'Żółw', 'São Tomé', 'Ñandú €')

const asWindows1252 = (text: string) => new TextDecoder('windows-1252').decode(Buffer.from(text))

/** What is no name, made of one that is, as files make it. */
const none: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '#REF!',
    '#N/A',
    '#NAME?',
    '#VALUE!',
    '#DIV/0!',
    '#NULL!',
    '#NUM!',
    '#BEZUG!',
    '#NV',
    'Err:508',
    '#YOK',
    '#Н/Д',
    '#NENÍ_K_DISPOZICI',
    '#ref!',
    '#DIV/0',
  ),
  fc.constantFrom(
    'NULL',
    'n/a',
    'TBC',
    'none',
    'TRUE',
    'false',
    '2026-03-01',
    '01/03/2026',
    '46082',
    'NaN',
    'VRAI',
    '(blank)',
    '[object Object]',
    '1E+05',
    '01-Mar-26',
    '0',
    '.',
    '-',
    'idem',
    'siehe oben',
    'TBC-TBC',
    '–',
    '＝SUM(A1)',
  ),
  // As a spreadsheet marks a text.
  good.map((name) => `'${name}`),
  accented.map(asWindows1252),
  fc.tuple(good, fc.nat(12)).map(([name, at]) => `${name.slice(0, at)}\ufffd${name.slice(at)}`),
  fc
    .tuple(good, fc.nat(12), fc.constantFrom('\u202e', '\u2066', '\u200b', '\u{e0041}', '\u3164'))
    .map(([name, at, mark]) => `${name.slice(0, at)}${mark}${name.slice(at)}`),
  fc.constantFrom(
    'Caf&eacute;',
    'Caf&#233; School',
    'A &amp; B',
    '=A1',
    '=CONCAT(B2,"x")',
    '=$Liste.B2',
    '="Nile"',
  ),
)

describe('any names of saved centres', () => {
  it('are never changed to what is no name, and always to what is one', { timeout: 120_000 }, async () => {
    const saved = numbers.map((number) => line(number))
    await importRows(world, saved)
    const kept = new Map(saved.map(({ number = '', name = '' }) => [number, name]))
    const cell = fc.oneof(
      fc.tuple(good, fc.nat(99)).map(([name, number]) => ({ name: `${name} ${number}`, isName: true })),
      none.map((name) => ({ name, isName: false })),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(cell, { minLength: numbers.length, maxLength: numbers.length }),
        fc.constantFrom('.csv', '.xlsx'),
        async (cells, ending) => {
          // Another centre's name is held back for that.
          const lines = cells.map(({ name, isName }, at): Line => {
            const number = numbers[at] ?? ''
            return { number, name: isName ? `${name} of ${number}` : name }
          })
          const wanted = lines.filter((_, at) => cells[at]?.isName)
          const renamed = wanted.filter(({ number = '', name }) => name !== kept.get(number))
          const flags = ['--allow-renames', String(renamed.length)]
          const ran =
            ending === '.csv' ? await importRows(world, lines, ...flags) : await importXlsx(lines, ...flags)
          expect(ran.json().centres).toMatchObject({ created: 0, renamed: renamed.length })
          for (const { number = '', name = '' } of wanted) kept.set(number, name)
          expect(await names()).toEqual([...kept])
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('any number that is nearly a saved one', () => {
  it('never makes a second centre of the name or the address', { timeout: 120_000 }, async () => {
    const saved = [
      line('00123', 'jan@b.example', { name: 'Old Harbour School' }),
      line('EG010', 'omar@a.example', { name: 'Nile View School' }),
      line('IL101', 'dana@i.example', { name: 'Mount Carmel School' }),
    ]
    await importRows(world, saved)
    const change = fc.constantFrom<(number: string) => string>(
      (number) => number.replace(/^0+/, ''),
      (number) => `0${number}`,
      (number) => number.replace('0', 'O'),
      (number) => number.replaceAll('0', 'o'),
      (number) => number.replace('1', 'I'),
      (number) => number.replaceAll('1', 'l'),
      (number) => number.replaceAll('I', '1'),
      (number) => `'${number}`,
      (number) => `="${number}"`,
      (number) => ` ${number}\u00a0`,
      (number) => number.toLowerCase(),
      (number) => `${number}.0`,
      (number) => number.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)),
    )
    const row = fc.record({
      of: fc.constantFrom(...saved),
      changes: fc.array(change, { minLength: 1, maxLength: 2 }),
      by: fc.constantFrom('name', 'email', 'both'),
      called: fc.constantFrom<(name: string) => string>(
        (name) => name,
        (name) => name.toUpperCase(),
        (name) => name.replace(/ School$/, ''),
        (name) => name.replace(/ School$/, ' College'),
      ),
      // Beside its own row, and alone.
      beside: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(
        row,
        fc.constantFrom('.csv', '.xlsx'),
        async ({ of, changes, by, called, beside }, ending) => {
          const number = changes.reduce((text, next) => next(text), of.number ?? '')
          // A name that is only nearly the same tells nobody's number where that is not nearly a saved one.
          const name = beside ? called(of.name ?? '') : of.name
          const lines: Line[] = [
            ...(beside ? [of] : []),
            {
              ...of,
              number,
              name: by === 'email' ? 'Another Name' : (name ?? ''),
              email: by === 'name' ? '' : of.email,
            },
          ]
          const ran =
            ending === '.csv'
              ? await importRows(world, lines, '--dry-run')
              : await importXlsx(lines, '--dry-run')
          const { centres, users, missingCentres } = ran.json()
          expect(centres.created).toBe(0)
          expect(users.created).toBe(0)
          // Whose row it is stands there, whatever is wrong with its number.
          const missing = missingCentres.find((centre: { number: string }) => centre.number === of.number)
          if (missing !== undefined) expect(missing).toMatchObject({ kept: 'held-back-rows' })
        },
      ),
      { numRuns: 120 },
    )
  })
})

async function importXlsx(lines: readonly Line[], ...flags: readonly string[]): Promise<Ran> {
  rmSync(world.path('centres.xlsx'), { force: true })
  return world.run(['centres', 'import', await writeXlsx(world, lines), '--yes', '--json', ...flags])
}

async function names(): Promise<[string, string][]> {
  const { db } = await world.store()
  const centres = await db.selectFrom('centres').select(['number', 'name']).orderBy('number').execute()
  return centres.map(({ number, name }) => [number, name])
}
