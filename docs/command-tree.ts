import type { Command } from 'commander'
import { wholeProgram } from '../src/cli/program.ts'

export interface Leaf {
  /** The command's name, such as `users suspend`. */
  words: string
  command: Command
  /** The example lines of its help. */
  examples: readonly string[]
  /** The help text after the examples. */
  more: string
}

/** Every command that can be run, in the order of the help. Groups without an action of their own are left out. */
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

/** The whole help, including added text, which commander's `helpInformation` leaves out. */
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
