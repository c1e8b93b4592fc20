import { symlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { typedExample } from '../typed-example.ts'
import { inProcess } from '../terminal.ts'
import { newWorld } from '../world.ts'
import { emulate } from './emulate.ts'
import { folderOfScreens, settled } from './screens.ts'
import { terminalSvg } from './svg.ts'

const columns = 88

/** What somebody types on a first morning, and what they answer where they are asked. */
const typed = [
  { line: 'ssh-admin centres import centres.xlsx --pins-out pins.xlsx', answers: 'y' },
  { line: 'ssh-admin users show ruairi' },
  { line: 'ssh-admin users suspend ruairi.thornbury@kings-lea.example', answers: 'y' },
]

/** The picture of the README, made from the program itself. */
export async function sessionSvg(): Promise<string> {
  const world = newWorld(undefined, folderOfScreens())
  try {
    symlinkSync(
      fileURLToPath(new URL('../../fixtures/centres.xlsx', import.meta.url)),
      world.path('centres.xlsx'),
    )
    let shown = ''
    for (const { line, answers } of typed) {
      const typist = inProcess(world, typedExample(line).argv, {
        columns,
        env: { FORCE_COLOR: '1', PAGER: 'cat', CI: '1' },
      })
      if (answers !== undefined) {
        await typist.sees(/\(y\/N\)/)
        typist.types(`${answers}\r`)
      }
      const { raw } = await typist.leaves()
      shown += `\x1b[32m$\x1b[39m \x1b[1m${line}\x1b[22m\n${raw}\n`
    }
    const lines = await emulate(settled(shown.replaceAll('tester@desk', 'tom@desk'), world.folder), columns)
    return terminalSvg(lines, { columns, title: 'ssh-admin' })
  } finally {
    await world.close()
  }
}
