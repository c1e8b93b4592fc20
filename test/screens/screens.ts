import { mkdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { everyCommand } from '../../docs/command-tree.ts'
import { topics } from '../../src/cli/help/topics.ts'
import { thursdayFor } from '../example-worlds.ts'
import { typedExample } from '../typed-example.ts'
import { inProcess } from '../terminal.ts'
import { newWorld } from '../world.ts'
import { emulate, type Line } from './emulate.ts'

export const widths = [80, 120] as const

/** What somebody sees who types this line at a terminal, and says yes where they are asked. */
export interface Screen {
  words: string
  line: string
}

/** The first example of each command, as its help has it but for `--yes`; the help of each noun, and each page of help. */
export async function everyScreen(): Promise<Screen[]> {
  const commands = await everyCommand()
  const groups = new Set(commands.map(({ words }) => words.split(' ')[0] ?? ''))
  const examples = commands.flatMap(({ words, examples: [line] }) =>
    line === undefined || isLongLived(words) ? [] : [{ words, line: line.replace(/ --yes\b/, '') }],
  )
  return [
    { words: 'help', line: 'ssh-admin --help' },
    ...[...groups].map((group) => ({ words: group, line: `ssh-admin ${group} --help` })),
    ...Object.keys(topics).map((topic) => ({ words: 'help', line: `ssh-admin help ${topic}` })),
    ...commands
      .filter(({ words }) => !groups.has(words))
      .map(({ words }) => ({ words, line: `ssh-admin ${words} --help` })),
    ...examples,
  ]
}

export const isHelp = ({ line }: Pick<Screen, 'line'>) =>
  line.endsWith('--help') || line.startsWith('ssh-admin help ')

/** What asks for the text of a script, or for an editor. */
const isLongLived = (words: string) => words === 'completion' || words === 'config edit'

/** A line as it is run, to its end. */
export async function shownScreen({ words, line }: Screen, columns: number): Promise<Line[]> {
  const under = folderOfScreens()
  // Help needs nothing to be there.
  const world = isHelp({ line })
    ? newWorld(undefined, under)
    : await thursdayFor({ words, example: line, under })
  try {
    const { argv, stdinFrom } = typedExample(line)
    if (stdinFrom !== undefined) {
      const stdin = readFileSync(world.path(stdinFrom), 'utf8')
      const { stdout, stderr } = await world.run(argv, { stdin, terminal: { columns } })
      return await emulate(settled(`${stdout}${stderr}`, world.folder), columns)
    }
    // What is drawn while one waits is another each time: with CI nothing is.
    const typist = inProcess(world, argv, {
      columns,
      env: { FORCE_COLOR: '1', NO_COLOR: undefined, PAGER: 'cat', CI: '1' },
    })
    const isAsked = await typist.sees(/\(y\/N\)/).then(
      () => true,
      () => false,
    )
    if (isAsked) typist.types('y\r')
    const { raw } = await typist.leaves()
    // Help has no figure that is another each time.
    return await emulate(isHelp({ line }) ? raw : settled(raw, world.folder), columns)
  } finally {
    await world.close()
  }
}

const shownFolder = '/home/anna/school-support-hub'

/** A folder in which the one of a world has a path that is as long as the one that is shown for it, on any machine. */
export function folderOfScreens(): string {
  const base = tmpdir().length <= 10 ? tmpdir() : '/tmp'
  const ofWorld = '/ssh-admin-abcdef'.length
  const folder = join(base, 'screens-of-tests'.slice(0, shownFolder.length - ofWorld - base.length - 1))
  mkdirSync(folder, { recursive: true })
  return folder
}

/** What is another each time, as something that is always the same and as long. */
export function settled(raw: string, folder: string): string {
  return (
    raw
      .replaceAll(folder, shownFolder)
      .replace(/(?<!\d)\d{4} \d{4}(?!\d)/g, '1234 5678')
      .replace(/\b[0-9a-f]{24,64}\b/g, (hex) => 'a1b2c3d4'.repeat(8).slice(0, hex.length))
      .replace(/\b[0-9a-f]{16}(?=\.old\b)/g, 'a1b2c3d4a1b2c3d4')
      .replace(/(?<=-)[0-9a-f]{8}(?=\.eml)/g, 'a1b2c3d4')
      // However long it took: on a busy machine it has more digits.
      .replace(/\b\d+(?= ms\b)/g, '0')
      .replace(/\b\d+(?:[.,]\d+)?(?= (?:s|[kKM]B)\b)/g, (figure) => figure.replace(/\d/g, '0'))
  )
}
