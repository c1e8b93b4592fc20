import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { firstLinesInTurn, inTurn, peakMemory, type Program, run, sshAdmin, taken } from './processes.ts'
import { type Row, type Settings, seconds } from './rows.ts'
import { makeWorkbook } from './workbook.ts'

const rowsOfList = 100_000
const bare = new URL('bare-list.mjs', import.meta.url).pathname
const bareExport = new URL('bare-export.mjs', import.meta.url).pathname

/** Compares piped lists with a loop that prints the rows of a query, and `centres export` with a bare writer. */
export async function measure({ folder, rounds }: Settings): Promise<Row[]> {
  const store = join(folder, 'listed.db')
  const workbook = join(folder, 'listed.xlsx')
  await makeWorkbook(workbook, { rows: rowsOfList, seed: 1 })
  await run({
    args: sshAdmin('centres', 'import', workbook, '--db', store, '--pins-out', `${store}.xlsx`, '--yes'),
  })
  const users = { args: sshAdmin('users', 'list', '--db', store) }
  const centres = { args: sshAdmin('centres', 'list', '--db', store) }
  const exported = join(folder, 'exported.xlsx')
  const exporting = {
    args: sshAdmin('centres', 'export', exported, '--db', store),
    prepare: () => rm(exported, { force: true }),
  }
  const against = async (program: Program, loop: Program) => {
    const { a, b, ratio } = await inTurn(program, loop, rounds)
    return { measured: seconds(a), against: seconds(b), figure: ratio }
  }
  const firstLines = async (program: Program, loop: Program) => {
    const { a, b, ratio } = await firstLinesInTurn(program, loop, Math.max(rounds, 9))
    return { measured: seconds(a), against: seconds(b), figure: ratio }
  }
  const memory = async (program: Program) => {
    const figure = await peakMemory(program)
    return { measured: `${figure.toFixed(0)} MB`, figure }
  }
  const ofList = `of ${rowsOfList} in a pipe`
  return [
    await taken({ what: `users list ${ofList}, against a bare loop`, unit: '×', goal: { atMost: 2.5 } }, () =>
      against(users, { args: [bare, store, 'users'] }),
    ),
    await taken(
      { what: `centres list ${ofList}, against a bare loop`, unit: '×', goal: { atMost: 2.5 } },
      () => against(centres, { args: [bare, store, 'centres'] }),
    ),
    await taken(
      { what: `first line of users list ${ofList}, against the loop's`, unit: '×', goal: { atMost: 1.8 } },
      () => firstLines(users, { args: [bare, store, 'users'] }),
    ),
    await taken(
      { what: `first line of centres list ${ofList}, against the loop's`, unit: '×', goal: { atMost: 1.8 } },
      () => firstLines(centres, { args: [bare, store, 'centres'] }),
    ),
    await taken(
      { what: `centres export of ${rowsOfList}, against a bare writer`, unit: '×', goal: { atMost: 1.5 } },
      () => against(exporting, { args: [bareExport, store, join(folder, 'bare.xlsx')] }),
    ),
    await taken({ what: `most memory, users list ${ofList}`, unit: 'MB', goal: { below: 120 } }, () =>
      memory(users),
    ),
    await taken({ what: `most memory, centres list ${ofList}`, unit: 'MB', goal: { below: 120 } }, () =>
      memory(centres),
    ),
  ]
}
