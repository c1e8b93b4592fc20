import { dirname, extname, join } from 'node:path'
import type { Command } from 'commander'
import { shellWord } from '../shell-word.ts'
import { commandLine, type Line, replaceWord, replaceWords } from './typed-line.ts'

/** What a line with several files says, and what to type instead. */
interface SeveralFiles {
  message: string
  hint: string
}

/** `centres import *.xlsx`: the shell has put all files of the folder in the line of a command that takes one. */
export function severalFiles({ argv, command }: { argv: Line; command: Command }): SeveralFiles | undefined {
  const { args, registeredArguments } = command
  const [only, ...others] = registeredArguments
  const takesFile = only?.name() === 'file' && others.length === 0 && !only.variadic
  if (!takesFile || args.length < 2 || !args.every((word) => workbookName.test(word))) return undefined
  const [first = ''] = args
  const rest = args.reduce((line: Line, word) => replaceWord(line, line.lastIndexOf(word)), argv)
  const lineWith = (file: string) => replaceWords(argv, args, file) ?? [...rest, file]
  const path = [command.parent?.name(), command.name()].join(' ')
  const shown = args.length > maxShown ? [...args.slice(0, maxShown - 1), '…', args.at(-1)] : args
  const one = commandLine(lineWith(first))
  // Each import by itself would delete whom the other files name, or write over the output of the one before.
  const isForEach = argv.every((word) => !/^--(?:delete|allow)-|-out\b|^--report/.test(word))
  const each = commandLine(lineWith(fileVariable)).replace(shellWord(fileVariable), '"$file"')
  return {
    message: `${path} takes one file at a time, and ${args.length} are named: ${shown.join(', ')}`,
    hint: isForEach
      ? `One of them, or all, one after another:\n  ${one}\n  for file in ${filesInShell(args)}; do ${each}; done`
      : one,
  }
}

const workbookName = /\.(?:xlsx|xlsm|xls|csv|ods|txt)$/i
const fileVariable = '$file'
const maxShown = 4

/** The files as words of a shell: one by one, or many of one folder by their ending. */
function filesInShell(files: readonly string[]): string {
  const [first = ''] = files
  const isAlike = files.every(
    (file) =>
      dirname(file) === dirname(first) && extname(file) === extname(first) && shellWord(file) === file,
  )
  return files.length > maxShown && isAlike
    ? join(dirname(first), `*${extname(first)}`)
    : files.map(shellWord).join(' ')
}
