import { RootCommand, script } from '@bomb.sh/tab'
import { Argument, type Command, type Option } from 'commander'
import { pathSettings } from '../config.ts'
import { camelCase } from '../kebab-case.ts'
import { searchKey } from '../search-key.ts'
import { isCommaList, completionsFor } from './parameters.ts'

export const shells = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof shells)[number]

const filesFollow = ':0'
const noFiles = ':4'

/** The script that a shell loads at its start, to complete this program's words. */
export function completionScript(shell: Shell): string {
  if (shell === 'bash') return bashScript
  if (shell === 'zsh') return zshScript
  return (
    captureConsole(() => script(shell, 'ssh-admin', 'ssh-admin'))
      // tab's debug lines would write a file at each TAB where the environment names one.
      .replace('set -l file "$BASH_COMP_DEBUG_FILE"', "set -l file ''")
      // Takes an open quotation mark and backslashes out of the word.
      .replace(
        'set -l lastArg (commandline -ct)',
        () =>
          `set -l lastArg (commandline -ct | string replace -r '^(--[^=]+=)?["\\']' '$1' | string replace -ra '\\\\\\\\(.)' '$1')`,
      )
  )
}

/** The answer to a shell: on each line a value with its meaning, then whether file names may follow. */
export function suggestions(
  program: Command,
  { typed, word }: { typed: readonly string[]; word: WordToComplete | undefined },
): string {
  const root = new RootCommand()
  addOptions(root, program)
  addCommands(root, program, [])
  const text = captureConsole(() => root.parse([...typed]))
  return word && wantsFile(word) ? text.replace(`${noFiles}\n`, `${filesFollow}\n`) : text
}

function addCommands(known: RootCommand, parent: Command, path: readonly string[]): void {
  for (const command of parent.createHelp().visibleCommands(parent)) {
    const words = [...path, command.name()]
    const entry = known.command(words.join(' '), command.summary())
    addOptions(entry, command)
    addCommands(known, command, words)
  }
}

type Entry = ReturnType<RootCommand['command']>

function addOptions(entry: Entry, command: Command): void {
  for (const option of command.createHelp().visibleOptions(command)) {
    const name = option.long?.slice(2)
    if (name === undefined) continue
    const alias = option.short?.slice(1)
    if (!option.required) entry.option(name, option.description, alias)
    // `matchingChoices` offers the option's values.
    else entry.option(name, option.description, () => undefined, alias)
  }
}

/** Whether the word is a path: the value of such an option, or a file argument. */
function wantsFile({ declared, arguments: [first = ''] }: WordToComplete): boolean {
  if (!(declared instanceof Argument)) return /file|path|folder|place/.test(declared.flags)
  // `config set key-file FILE`
  const isPath = declared.name() === 'value' && pathSettings.has(camelCase(first))
  return isPath || /file|plan|path/.test(declared.name())
}

/** The word that is being typed at the end of a line. */
export interface WordToComplete {
  /** The argument that the word is, or the option whose value it is. */
  declared: Argument | Option
  /** `prefix` is the beginning of the value; `before` stands before it in the same word: `active,` of `active,su`. */
  prefix: string
  before: string
  /** The words of the command, such as `users transfer`, and the arguments before the word. */
  command: string
  arguments: readonly string[]
}

/** @returns undefined where the last word is a command or the name of an option */
export function wordToComplete(program: Command, typed: readonly string[]): WordToComplete | undefined {
  const parts = typed.flatMap((word) => (/^--[^=]+=/.test(word) ? word.split(/=(.*)/s, 2) : [word]))
  const words = parts.slice(0, -1)
  const { declared, ...typedBefore } = declaredAfter(program, words)
  const last = parts.at(-1) ?? ''
  if (declared === undefined || (declared instanceof Argument && last.startsWith('-'))) return undefined
  const comma = isCommaList(declared) ? last.lastIndexOf(',') + 1 : 0
  return { declared, prefix: last.slice(comma), before: last.slice(0, comma), ...typedBefore }
}

function declaredAfter(program: Command, words: readonly string[]) {
  const { command, rest } = deepestCommand(program, withoutCommonOptions(program, words))
  const options = command.createHelp().visibleOptions(command)
  const optionOf = (word: string | undefined) =>
    options.find(({ long, short }) => word !== undefined && [long, short].includes(word))
  const lastOption = optionOf(words.at(-1))
  // The value of an option is no argument.
  const positional = rest.filter((word, at) => !word.startsWith('-') && !optionOf(rest[at - 1])?.required)
  const typedBefore = {
    command: [command.parent?.name(), command.name()].join(' '),
    arguments: positional,
  }
  if (lastOption?.required) return { declared: lastOption, ...typedBefore }
  const { registeredArguments } = command
  const argument = registeredArguments[positional.length] ?? registeredArguments.at(-1)
  const isComplete = positional.length >= registeredArguments.length && argument?.variadic !== true
  return { declared: isComplete ? undefined : argument, ...typedBefore }
}

/** The values that fit the word and do not come from the store, each with its meaning; letter case does not matter. */
export function matchingChoices({ declared, prefix, before }: WordToComplete): string[] {
  const { completions } = completionsFor(declared)
  if (completions === undefined || 'stored' in completions) return []
  const key = searchKey(prefix)
  const typedValues = new Set(before.split(','))
  return (typeof completions === 'function' ? completions(prefix) : completions)
    .map((one) => (typeof one === 'string' ? ([one, ''] as const) : one))
    .filter(([value]) => searchKey(value).startsWith(key) && !typedValues.has(value))
    .map(([value, meaning]) => `${before}${value}\t${meaning}`)
}

/** The words of the command line without the options that every command takes. */
function withoutCommonOptions(program: Command, words: readonly string[]): string[] {
  const optionOf = (word: string | undefined) => program.options.find(({ long }) => long === word)
  return words.filter((word, at) => !optionOf(word) && !optionOf(words[at - 1])?.required)
}

function deepestCommand(
  program: Command,
  words: readonly string[],
): { command: Command; rest: readonly string[] } {
  let command = program
  for (const [at, word] of words.entries()) {
    const next = command.commands.find((one) => one.name() === word)
    if (!next) return { command, rest: words.slice(at) }
    command = next
  }
  return { command, rest: [] }
}

/** Collects what tab prints: it writes to the console only. */
function captureConsole(work: () => void): string {
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

// tab's scripts for bash and zsh evaluate the typed words, so that TAB would run them as commands; these do not.

/** Needs bash 4.4 and nothing else. Words are passed as an array; what they hold is never evaluated. */
const bashScript = `# bash completion for ssh-admin
# An address is one word: bash would cut it at the @.
COMP_WORDBREAKS=\${COMP_WORDBREAKS//@}
# Whatever a value holds is text where it is inserted, also within quotation marks: REPLY is it, written so.
__ssh_admin_quoted() {
    local text=$1 quote=$2 char
    REPLY=''
    while [[ -n $text ]]; do
        char=\${text:0:1}
        text=\${text:1}
        case $quote$char in
            \\'\\') REPLY+="'\\\\''" ;;
            '"!') REPLY+='"\\!"' ;;
            \\"[\\\\\\"\\$\\\`]) REPLY+="\\\\$char" ;;
            *) REPLY+=$char ;;
        esac
    done
}
__ssh_admin_complete() {
    local cur=\${COMP_WORDS[COMP_CWORD]} word last='' line value directive=0 quote='' REPLY
    local -a words=() lines=()
    local quoting=$'[\\\\\\\\"\\']'
    COMPREPLY=()
    case $cur in [\\"\\']*) quote=\${cur:0:1} ;; esac
    # A quotation mark further on: what is inserted could stand outside of it.
    case \${cur:1} in *[\\"\\']*) return ;; esac
    cur=\${cur//$quoting/}
    # bash cuts --option=value into three: the program is asked as if there were a blank.
    for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
        if [[ $word == '=' && $last == --* ]]; then last='='; continue; fi
        # What stands in quotes, or behind a backslash, without them.
        words+=("\${word//$quoting/}")
        last=$word
    done
    if [[ $cur == '=' ]]; then cur=''; words+=(''); fi
    mapfile -t lines < <(ssh-admin complete -- "\${words[@]}" 2>/dev/null </dev/null)
    for line in "\${lines[@]}"; do
        if [[ $line =~ ^:([0-9]+)$ ]]; then
            directive=\${BASH_REMATCH[1]}
        elif [[ -n $line && \${line%%$'\\t'*} == "$cur"* ]]; then
            value=\${line%%$'\\t'*}
            if [[ $value == *[!a-zA-Z0-9_@%+=:,./-]* ]]; then
                if [[ -n $quote ]]; then __ssh_admin_quoted "$value" "$quote"; value=$REPLY
                else printf -v value %q "$value"; fi
            fi
            COMPREPLY+=("$value")
        fi
    done
    # 4: no files here; otherwise the shell completes their names itself.
    if (( directive & 4 )); then compopt +o default; fi
}
complete -o default -F __ssh_admin_complete ssh-admin
`

/** The script for zsh; like that for bash, it evaluates nothing that was typed. */
const zshScript = `#compdef ssh-admin
_ssh_admin() {
    local directive line
    local -a typed lines values
    typed=("\${(@Q)words[2,CURRENT]}")
    # Behind a quotation mark that is still open.
    if [[ -n $compstate[quote] ]]; then typed[-1]=$PREFIX; fi
    if [[ $typed[-1] == --*=* ]]; then
        typed[-1]=("\${typed[-1]%%=*}" "\${typed[-1]#*=}")
        compset -P '--[^=]#='
    fi
    lines=("\${(@f)$(ssh-admin complete -- "\${(@)typed}" 2>/dev/null </dev/null)}")
    directive=$lines[-1]
    for line in "\${(@)lines[1,-2]}"; do
        # Without a word about it there is nothing behind the dash.
        line=\${line%$'\\t'}
        if [[ -n $line ]]; then values+=("\${\${line//:/\\\\:}/$'\\t'/:}"); fi
    done
    if (( \${#values} )) && _describe ssh-admin values; then return 0; fi
    if [[ $directive != ':4' ]]; then _files; fi
}
if [[ \${funcstack[1]} == _ssh_admin ]]; then _ssh_admin "$@"; else
    # A start file with nothing else in it has not begun to complete.
    if (( ! $+functions[compdef] )); then autoload -Uz compinit && compinit -i; fi
    compdef _ssh_admin ssh-admin
fi
`
