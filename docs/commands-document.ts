import { Command, type Option } from 'commander'
import { addCommonOptions, helpFormat } from '../src/cli/options.ts'
import { everyCommand, type Leaf } from './command-tree.ts'

const start = `# Commands

Written by \`npm run docs\` from the program's own help; do not edit it by hand.
`

/** The text of docs/commands.md: a section for every command. */
export async function commandsDocument(): Promise<string> {
  const leaves = await everyCommand()
  const common = addCommonOptions(new Command('any')).options.filter((option) => !option.hidden)
  const known = new Set(common.map(({ flags }) => flags))
  return [start, contents(leaves), commonOptions(common), ...leaves.map((leaf) => section(leaf, known))].join(
    '\n',
  )
}

function contents(leaves: readonly Leaf[]): string {
  const lines = leaves.map(
    ({ words, command }) => `- [\`${words}\`](#${words.replaceAll(' ', '-')}): ${command.summary()}`,
  )
  return `${lines.join('\n')}\n`
}

function commonOptions(common: readonly Option[]): string {
  return `## Options of every command\n\n${optionLines(common)}\n`
}

function section({ words, command, examples, more }: Leaf, known: ReadonlySet<string>): string {
  const own = command.options.filter(({ flags, hidden }) => !hidden && !known.has(flags))
  const parts = [
    `## ${words}`,
    command.description(),
    `\`\`\`sh\nssh-admin ${words} ${usageOf(command)}\n\`\`\``,
    argumentLines(command),
    own.length > 0 ? optionLines(own) : '',
    `\`\`\`sh\n${examples.join('\n')}\n\`\`\``,
    more === '' ? '' : `\`\`\`text\n${more}\n\`\`\``,
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function usageOf(command: Command): string {
  const names = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`
    return argument.required ? `<${name}>` : `[${name}]`
  })
  return [...names, '[options]'].join(' ')
}

function argumentLines(command: Command): string {
  return command.registeredArguments
    .filter(({ description }) => description !== '')
    .map((argument) => `- \`${argument.name()}\`: ${helpFormat.argumentDescription(argument)}`)
    .join('\n')
}

function optionLines(options: readonly Option[]): string {
  return options.map((option) => `- \`${option.flags}\`: ${helpFormat.optionDescription(option)}`).join('\n')
}
