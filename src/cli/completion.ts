import { RootCommand, script } from '@bomb.sh/tab'
import type { Argument, Command } from 'commander'
import { type NamedKind, namedKindOf } from './parameters.ts'
import { sites } from '../rules/roles/catalogue.ts'

export const shells = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof shells)[number]

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
      const values = option.argChoices ?? valuesOf(command, name)
      const offer = (complete: (value: string, meaning: string) => void) => {
        for (const value of values) complete(value, '')
      }
      entry.option(name, option.description, offer, alias)
    }
  }
}

/** What an option can be, where that is one of a few words. */
function valuesOf(command: Command, name: string): readonly string[] {
  if (/(^|-)site$/.test(name)) return sites
  const noun = command.parent?.name()
  return wordsOf[`${noun} ${name}`] ?? []
}

const wordsOf: Readonly<Record<string, readonly string[]>> = {
  'resources kind': ['listening-audio', 'pre-release', 'specimen', 'other'],
  'resources area': ['general', 'tp'],
  'releases for': ['all', 'schools', 'associates', 'associate-centres', 'country:', 'zone:', 'entries'],
  'releases opens': ['now', 'key-time'],
  'releases closes': ['none', 'key-time'],
  'releases state': ['draft', 'released', 'withdrawn'],
  'key-times zone': ['1', '2', '3', '4', '5', '6'],
  'errors kind': ['entry', 'key-time', 'other'],
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

/** Whose name, address or number stands at the end of what was typed; undefined where another value does. */
export function wantedAt(program: Command, typed: readonly string[]): NamedKind | undefined {
  const words = typed
    .slice(0, -1)
    .flatMap((word) => (/^--[^=]+=/.test(word) ? word.split(/=(.*)/s, 2) : [word]))
  const { command, rest } = deepest(program, withoutCommonOptions(program, words))
  const options = command.createHelp().visibleOptions(command)
  const optionOf = (word: string | undefined) =>
    options.find(({ long, short }) => word !== undefined && [long, short].includes(word))
  const before = optionOf(words.at(-1))
  if (before?.required) return namedKindOf(before)
  // What is typed for an option is no argument.
  const positional = rest.filter((word, at) => !word.startsWith('-') && !optionOf(rest[at - 1])?.required)
  const { registeredArguments } = command
  const argument = registeredArguments[positional.length] ?? registeredArguments.at(-1)
  const isOver = positional.length >= registeredArguments.length && argument?.variadic !== true
  return argument === undefined || isOver ? undefined : namedKindOf(argument)
}

/** The words of the command and what follows it, without what every command takes. */
function withoutCommonOptions(program: Command, words: readonly string[]): string[] {
  const optionOf = (word: string | undefined) => program.options.find(({ long }) => long === word)
  return words.filter((word, at) => !optionOf(word) && !optionOf(words[at - 1])?.required)
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

// Our own for these two: the generated ones evaluate what was typed, so that TAB ran it as commands.

/** Needs bash 4.4 and nothing else. Words are passed as an array; what they hold is never evaluated. */
const bashScript = `# bash completion for ssh-admin
# An address is one word: bash would cut it at the @.
COMP_WORDBREAKS=\${COMP_WORDBREAKS//@}
__ssh_admin_complete() {
    local cur=\${COMP_WORDS[COMP_CWORD]} word last='' line directive=0
    local -a words=() lines=()
    # bash cuts --option=value into three: the program is asked as if there were a blank.
    for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
        if [[ $word == '=' && $last == --* ]]; then last='='; continue; fi
        words+=("$word")
        last=$word
    done
    if [[ $cur == '=' ]]; then cur=''; words+=(''); fi
    mapfile -t lines < <(ssh-admin complete -- "\${words[@]}" 2>/dev/null </dev/null)
    COMPREPLY=()
    for line in "\${lines[@]}"; do
        if [[ $line =~ ^:([0-9]+)$ ]]; then
            directive=\${BASH_REMATCH[1]}
        elif [[ -n $line && \${line%%$'\\t'*} == "$cur"* ]]; then
            COMPREPLY+=("\${line%%$'\\t'*}")
        fi
    done
    # 4: no files here; otherwise the shell completes their names itself.
    if (( directive & 4 )); then compopt +o default; fi
}
complete -o default -F __ssh_admin_complete ssh-admin
`

/** The same for zsh. */
const zshScript = `#compdef ssh-admin
_ssh_admin() {
    local directive line
    local -a typed lines values
    typed=("\${(@)words[2,CURRENT]}")
    if [[ $typed[-1] == --*=* ]]; then
        typed[-1]=("\${typed[-1]%%=*}" "\${typed[-1]#*=}")
        compset -P '--[^=]#='
    fi
    lines=("\${(@f)$(ssh-admin complete -- "\${(@)typed}" 2>/dev/null </dev/null)}")
    directive=$lines[-1]
    for line in "\${(@)lines[1,-2]}"; do
        if [[ -n $line ]]; then values+=("\${\${line//:/\\\\:}/$'\\t'/:}"); fi
    done
    if (( \${#values} )) && _describe ssh-admin values; then return 0; fi
    if [[ $directive != ':4' ]]; then _files; fi
}
if [[ \${funcstack[1]} == _ssh_admin ]]; then _ssh_admin "$@"; else compdef _ssh_admin ssh-admin; fi
`
