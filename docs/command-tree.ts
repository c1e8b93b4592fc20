import type { Command } from 'commander'
import { wholeProgram } from '../src/cli/program.ts'

export interface Leaf {
  /** The words typed, such as `users suspend`. */
  words: string
  command: Command
  /** As they stand in its help, each a whole line. */
  examples: readonly string[]
  /** What its help says after the examples. */
  more: string
}

/** Every command that does something, in the order of the help. */
export async function everyCommand(): Promise<Leaf[]> {
  return leavesOf(await wholeProgram(), [])
}

function leavesOf(parent: Command, path: readonly string[]): Leaf[] {
  return parent.commands.flatMap((command) => {
    const words = [...path, command.name()]
    const below = leavesOf(command, words)
    const help = helpOf(command)
    const acts = command.commands.length === 0 || /^\s+\$ /m.test(help)
    return acts ? [leafOf(words.join(' '), command, help), ...below] : below
  })
}

function leafOf(words: string, command: Command, help: string): Leaf {
  const lines = help.split('\n')
  const isExample = (line: string) => /^\s+\$ /.test(line)
  const examples = lines.filter(isExample).map((line) => line.replace(/^\s+\$ /, ''))
  const last = lines.findLastIndex(isExample)
  const more =
    last < 0
      ? ''
      : lines
          .slice(last + 1)
          .join('\n')
          .trim()
  return { words, command, examples, more }
}

/** With what was added to it, which commander's own `helpInformation` leaves out. */
function helpOf(command: Command): string {
  let text = ''
  command.configureOutput({
    writeOut: (part) => {
      text += part
    },
    getOutHelpWidth: () => 100,
  })
  command.outputHelp()
  return text
}
