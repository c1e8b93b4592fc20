import { Command, type Option } from 'commander'
import { addCommonOptions } from '../src/cli/options.ts'
import { exitCodes, settings, wrapPage } from '../src/cli/help/texts.ts'
import { tree } from '../src/cli/tree.ts'
import { version } from '../src/version.ts'
import { everyCommand, type Leaf } from './command-tree.ts'

/** The manual pages by file name: one for the program, and one for each group of commands. */
export async function manPages(): Promise<ReadonlyMap<string, string>> {
  const leaves = await everyCommand()
  const common = addCommonOptions(new Command('any')).options.filter((option) => !option.hidden)
  const known = new Set(common.map(({ flags }) => flags))
  const pages = new Map<string, string>()
  const groups = Object.entries(tree).flatMap(([group, node]) =>
    typeof node === 'function' ? [] : [{ group, summary: node.summary }],
  )
  const isOfGroup = (leaf: Leaf) => groups.some(({ group }) => firstWord(leaf) === group)
  pages.set(
    'ssh-admin.1',
    programPage({ groups, alone: leaves.filter((leaf) => !isOfGroup(leaf)), common, known }),
  )
  for (const { group, summary } of groups) {
    const own = leaves.filter((leaf) => firstWord(leaf) === group)
    pages.set(`ssh-admin-${group}.1`, groupPage({ group, summary, leaves: own, known }))
  }
  return pages
}

/** The file names for package.json, where npm accepts no patterns. */
export function manPageNames(): string[] {
  const groups = Object.entries(tree).filter(([, node]) => typeof node !== 'function')
  return ['ssh-admin.1', ...groups.map(([group]) => `ssh-admin-${group}.1`)]
}

function firstWord({ words }: Leaf): string {
  return words.split(' ')[0] ?? ''
}

interface ProgramPage {
  groups: readonly { group: string; summary: string }[]
  alone: readonly Leaf[]
  common: readonly Option[]
  known: ReadonlySet<string>
}

function programPage({ groups, alone, common, known }: ProgramPage): string {
  return page([
    title('ssh-admin'),
    heading('NAME'),
    text('ssh-admin - administer the School Support Hub: centres, users, coordinators and PINs'),
    heading('SYNOPSIS'),
    `${bold('ssh-admin')} ${italic('noun')} ${italic('verb')} [${italic('options')}]`,
    heading('DESCRIPTION'),
    text('Each noun has a page of its own.'),
    ...groups.map(({ group, summary }) => term(`${bold(`ssh-admin-${group}`)}(1)`, summary)),
    heading('COMMANDS'),
    ...alone.map((leaf) => command(leaf, known)),
    heading('OPTIONS OF EVERY COMMAND'),
    ...common.map(option),
    heading('EXIT STATUS'),
    ...exitCodes.map(({ code, meaning, next }) =>
      term(bold(String(code)), next ? `${meaning}: ${next}.` : meaning),
    ),
    heading('ENVIRONMENT'),
    verbatim(wrapPage(settings, columns)),
    heading('SEE ALSO'),
    `${groups.map(({ group }) => `${bold(`ssh-admin-${group}`)}(1)`).join(',\n')}`,
  ])
}

interface GroupPage {
  group: string
  summary: string
  leaves: readonly Leaf[]
  known: ReadonlySet<string>
}

function groupPage({ group, summary, leaves, known }: GroupPage): string {
  return page([
    title(`ssh-admin-${group}`),
    heading('NAME'),
    text(`ssh-admin-${group} - ${summary}`),
    heading('SYNOPSIS'),
    leaves.map((leaf) => `${usage(leaf)}`).join('\n.br\n'),
    heading('DESCRIPTION'),
    text('The options of every command are in'),
    `${bold('ssh-admin')}(1).`,
    heading('COMMANDS'),
    ...leaves.map((leaf) => command(leaf, known)),
    heading('SEE ALSO'),
    `${bold('ssh-admin')}(1)`,
  ])
}

function command(leaf: Leaf, known: ReadonlySet<string>): string {
  const { command: declared, words, examples, more } = leaf
  const own = declared.options.filter(({ flags, hidden }) => !hidden && !known.has(flags))
  const args = declared.registeredArguments.filter(({ description }) => description !== '')
  return [
    `.SS "${escaped(words)}"`,
    usage(leaf),
    '.PP',
    declared.description().split('\n').map(text).join('\n.PP\n'),
    ...args.map((argument) => term(italic(argument.name()), argument.description)),
    ...own.map(option),
    '.PP',
    verbatim(examples.map(onSeveralLines).join('\n')),
    ...(more === '' ? [] : ['.PP', verbatim(wrapPage(more, columns))]),
  ].join('\n')
}

function usage({ words, command: declared }: Leaf): string {
  const args = declared.registeredArguments.map((argument) => {
    const name = `${italic(argument.name())}${argument.variadic ? ' ...' : ''}`
    return argument.required ? name : `[${name}]`
  })
  return [bold(`ssh-admin ${words}`), ...args, `[${italic('options')}]`].join(' ')
}

function option({ flags, description }: Option): string {
  return term(bold(flags), description)
}

function term(name: string, meaning: string): string {
  return `.TP\n${name}\n${meaning === '' ? '\\&' : text(meaning)}`
}

function title(name: string): string {
  const day = new Date().toISOString().slice(0, 10)
  // No hyphenation and no justification, so that names can be copied from the page.
  const asTyped = '.nh\n.ad l'
  return `.TH "${escaped(name.toUpperCase())}" "1" "${day}" "ssh\\-admin ${escaped(version)}" "User Commands"\n${asTyped}`
}

function heading(words: string): string {
  return `.SH "${words}"`
}

function page(parts: readonly string[]): string {
  return `${parts.join('\n')}\n`
}

function verbatim(lines: string): string {
  return `.nf\n${lines
    .split('\n')
    .map((one) => (one === '' ? '\\&' : line(one)))
    .join('\n')}\n.fi`
}

/** The width of a verbatim line: 80 columns less the page's indentation. */
const columns = 73

/** Breaks a long command at blanks outside quotation marks, with backslashes as a shell accepts them. */
function onSeveralLines(example: string): string {
  const words = example.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? []
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    const room = columns - ' \\'.length
    if (last !== undefined && last.length + 1 + word.length <= room)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(last === undefined ? word : `    ${word}`)
  }
  return example.length <= columns ? example : lines.join(' \\\n')
}

function bold(words: string): string {
  return `\\fB${escaped(words)}\\fR`
}

function italic(words: string): string {
  return `\\fI${escaped(words)}\\fR`
}

const longest = 78

/** Text that roff fills, in short lines; the start of a line is escaped where roff would read a request. */
function text(words: string): string {
  return broken(escaped(words.trim()), '').join('\n')
}

/** A single output line; a long one continues after a backslash. */
function line(words: string): string {
  return broken(escaped(words.trimEnd()), ' \\').join('\n')
}

function broken(words: string, end: string): string[] {
  const lines: string[] = []
  for (const word of words.split(/(?<=\S) (?=\S)/)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length + 1 <= longest)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.map((part, at) => {
    const safe = part.replace(/^([.']|\\\(aq)/, '\\&$1')
    return at < lines.length - 1 ? `${safe}${end}` : safe
  })
}

const named: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '"': '\\(dq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
}

/** Escapes the characters that are special to roff, and those beyond ASCII. */
function escaped(words: string): string {
  return [...words]
    .map((letter) => {
      const code = letter.codePointAt(0) ?? 0
      return (
        named[letter] ?? (code > 126 ? `\\[u${code.toString(16).toUpperCase().padStart(4, '0')}]` : letter)
      )
    })
    .join('')
}
