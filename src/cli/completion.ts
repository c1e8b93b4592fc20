import { RootCommand, script } from '@bomb.sh/tab'
import type { Argument, Command } from 'commander'
import { bashScript, zshScript } from './completion-scripts.ts'
import { sites } from '../rules/roles/catalogue.ts'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

const filesFollow = ':0'
const noFiles = ':4'

/** What a shell runs at its start to complete this program's words. */
export function completionScript(shell: Shell): string {
  if (shell === 'bash') return bashScript
  if (shell === 'zsh') return zshScript
  return printedBy(() => script(shell, 'ssh-admin', 'ssh-admin'))
}

/** The answer to a shell: a value and its meaning on each line, and whether files may follow. */
export function suggestions(program: Command, typed: readonly string[]): string {
  const known = new RootCommand()
  addOptions(known, program)
  addCommands(known, program, [])
  const text = printedBy(() => known.parse([...typed]))
  return wantsFile(program, typed) ? text.replace(`${noFiles}\n`, `${filesFollow}\n`) : text
}

function addCommands(known: RootCommand, parent: Command, path: readonly string[]): void {
  for (const command of parent.createHelp().visibleCommands(parent)) {
    const words = [...path, command.name()]
    const entry = known.command(words.join(' '), command.summary())
    addOptions(entry, command)
    for (const argument of command.registeredArguments) addArgument(entry, argument)
    addCommands(known, command, words)
  }
}

type Entry = ReturnType<RootCommand['command']>

function addArgument(entry: Entry, argument: Argument): void {
  const { argChoices = [] } = argument
  const offer = (complete: (value: string, meaning: string) => void) => {
    for (const choice of argChoices) complete(choice, '')
  }
  entry.argument(argument.name(), offer, argument.variadic)
}

function addOptions(entry: Entry, command: Command): void {
  for (const option of command.createHelp().visibleOptions(command)) {
    const name = option.long?.slice(2)
    if (name === undefined) continue
    const alias = option.short?.slice(1)
    if (!option.required) entry.option(name, option.description, alias)
    else {
      const values = option.argChoices ?? (/(^|-)site$/.test(name) ? sites : [])
      const offer = (complete: (value: string, meaning: string) => void) => {
        for (const value of values) complete(value, '')
      }
      entry.option(name, option.description, offer, alias)
    }
  }
}

/** A place where a path stands: the value of an option, or an argument that is a file. */
function wantsFile(program: Command, typed: readonly string[]): boolean {
  const words = typed.slice(0, -1)
  const { command, rest } = deepest(program, words)
  const before = words.at(-1)
  const options = command.createHelp().visibleOptions(command)
  const option = options.find(({ long, short }) => before !== undefined && [long, short].includes(before))
  if (option) return option.required && /file|path|folder/.test(option.flags)
  const position = rest.filter((word) => !word.startsWith('-')).length
  const argument = command.registeredArguments[position] ?? command.registeredArguments.at(-1)
  return /file|plan|path/.test(argument?.name() ?? '')
}

function deepest(program: Command, words: readonly string[]): { command: Command; rest: readonly string[] } {
  let command = program
  for (const [at, word] of words.entries()) {
    const next = command.commands.find((one) => one.name() === word)
    if (!next) return { command, rest: words.slice(at) }
    command = next
  }
  return { command, rest: [] }
}

/** tab answers on the console only. */
function printedBy(work: () => void): string {
  const lines: string[] = []
  const { log } = console
  console.log = (line) => lines.push(`${line}\n`)
  try {
    work()
  } finally {
    console.log = log
  }
  return lines.join('')
}
