import { type Argument, type Command, type Help, Option } from 'commander'
import { Usage } from '../errors.ts'
import { camelCase, kebabCase } from '../kebab-case.ts'
import { refuseTwoValues, withSingleValue, quotedValue } from './parameters.ts'
import { number } from './typed-values.ts'

/** Options of every command. */
export interface CommonOptions extends Partial<Record<(typeof textOptions)[number], string>> {
  json: boolean
  quiet: boolean
  debug: boolean
  color: boolean
  input: boolean
  /** False: no pager. */
  pager: boolean
  dryRun: boolean
  yes: boolean
  /** How long to wait for the store, in seconds. */
  wait: number
}

/** 23 days, in seconds: PostgreSQL and Node's timers take at most 2³¹ - 1 milliseconds. */
const maxWaitSeconds = 2_000_000

const textOptions = ['db', 'keyFile', 'as', 'smtp', 'mailDir'] as const

/** @param typed the options of the command, as typed @throws a usage error */
export function commonOptions(typed: Readonly<Record<string, unknown>>): CommonOptions {
  const wait = number('a number of seconds', { min: 0 }).safeParse(typed.wait ?? 30)
  if (!wait.success) {
    const problems = wait.error.issues.map(
      ({ message }) => `--wait ${quotedValue(String(typed.wait))}: ${message}`,
    )
    throw new Usage(`${problems.join('; ')}.`, {
      code: 'invalid-option',
      hint: 'Add --help to see what it takes.',
    })
  }
  const given = textOptions.map((name) => [name, typed[name]] as const)
  return {
    ...Object.fromEntries(
      given.filter((one): one is [(typeof one)[0], string] => typeof one[1] === 'string'),
    ),
    json: typed.json === true,
    quiet: typed.quiet === true,
    debug: typed.debug === true,
    color: typed.color !== false,
    input: typed.input !== false,
    pager: typed.pager !== false,
    dryRun: typed.dryRun === true,
    yes: typed.yes === true,
    wait: Math.min(wait.data, maxWaitSeconds),
  }
}

/** The heading of the examples for a new user in help. */
export const firstStepsHeading = 'First steps:'

/** The heading of the common options in help. */
export const commonOptionsHeading = 'Options of every command:'

let sharedOptions: readonly Option[] | undefined

/** Adds the common options. All commands share the Option objects: a group and the program have them as well. */
export function addCommonOptions(command: Command): Command {
  command.configureHelp(helpFormat).optionsGroup(commonOptionsHeading)
  sharedOptions ??= createCommonOptions()
  for (const option of sharedOptions) command.addOption(option)
  return command.helpOption('-h, --help', 'show this help').optionsGroup('')
}

function createCommonOptions(): readonly Option[] {
  return [
    new Option('--json', 'print one JSON document'),
    new Option('-q, --quiet', 'say nothing but the answer'),
    new Option('--debug', 'show the stack of an error'),
    new Option('--no-color', 'no colour'),
    new Option('--no-input', 'never ask'),
    new Option('--no-pager', 'no pager for what is longer than the screen (PAGER)'),
    withSingleValue(new Option('--db <path>', 'the store (SSH_ADMIN_DB)')),
    withSingleValue(new Option('--key-file <path>', 'its key (SSH_ADMIN_KEY_FILE)')),
    withSingleValue(new Option('--as <email>', "act with this user's rights, or staff (SSH_ADMIN_AS)")),
    withSingleValue(new Option('--smtp <url>', 'the mail server (SSH_ADMIN_SMTP_URL)').hideHelp()),
    withSingleValue(
      new Option('--mail-dir <path>', 'where messages are written (SSH_ADMIN_MAIL_DIR)').hideHelp(),
    ),
    new Option('--wait <seconds>', 'how long to wait for a busy store').default('30'),
  ]
}

/** Help texts of an option or argument: its choices, where the description does not name them, and its default. */
export const helpFormat = {
  optionDescription: (option: Option) =>
    `${describeChoices(option)}${typeof option.defaultValue === 'string' ? ` (default: ${option.defaultValue})` : ''}`,
  argumentDescription: describeChoices,
} satisfies Partial<Help>

function describeChoices({
  description,
  argChoices = [],
}: Pick<Argument | Option, 'description' | 'argChoices'>) {
  const isNamed = argChoices.every((choice) => description.includes(choice))
  return isNamed ? description : `${description}: ${argChoices.join(', ')}`
}

/** A help page in our order: first steps near the top, the command's own options next, common options last. */
export function reorderHelp(page: string): string {
  const parts = page.trimEnd().split(/\n{2,}/)
  const isCommonOptions = (part: string) => part.startsWith(`${commonOptionsHeading}\n`)
  const isFirstSteps = (part: string) => part.startsWith(`${firstStepsHeading}\n`)
  const [usage = '', description = '', ...rest] = parts.filter(
    (part) => !isCommonOptions(part) && !isFirstSteps(part),
  )
  const order = [usage, description, ...parts.filter(isFirstSteps), ...rest, ...parts.filter(isCommonOptions)]
  return `${order.filter((part) => part !== '').join('\n\n')}\n`
}

/** The command that commander found, with the values that were typed for it. */
export interface TypedCommand {
  /** The words of the command, without the program's name. */
  words: string
  /** The values of arguments and options, by name. */
  typed: Readonly<Record<string, unknown>>
  /** Whether the command takes --dry-run. */
  rehearses: boolean
}

/** @throws a usage error for an option that is empty */
export function typedCommand(command: Command): TypedCommand {
  refuseEmptyOptions(command)
  return {
    words: wordsOf(command),
    typed: typedOptions(command),
    rehearses: command.options.some(({ long }) => long === '--dry-run'),
  }
}

function wordsOf(command: Command): string {
  const words: string[] = []
  for (let at: Command | null = command; at?.parent; at = at.parent) words.unshift(at.name())
  return words.join(' ')
}

function typedOptions(command: Command): Record<string, unknown> {
  const typed: Record<string, unknown> = {}
  for (const [position, argument] of command.registeredArguments.entries()) {
    typed[camelCase(argument.name())] = command.processedArgs[position]
  }
  // The program's options come first, so that options typed behind the verb override them.
  const chain: Command[] = []
  for (let at: Command | null = command; at; at = at.parent) chain.unshift(at)
  for (const part of chain) {
    for (const [name, value] of Object.entries(part.opts())) {
      const isDefault = part.getOptionValueSource(name) === 'default'
      const isPath = pathOptions.has(name)
      if ((isPath || name === 'as' || name === 'smtp') && !isDefault)
        refuseTwoValues({ long: `--${kebabCase(name)}`, isPath }, value, typed[name])
      if (!isDefault || !(name in typed)) typed[name] = value
    }
  }
  return typed
}

/** Options that may be repeated behind the verb, but only with the same value; so may --as and --smtp. */
const pathOptions: ReadonlySet<string> = new Set(['db', 'keyFile', 'mailDir'])

/** Options that may be empty, to delete a particular of a person or a centre. */
const optionsThatMayBeEmpty: ReadonlySet<string> = new Set([
  'firstName',
  'lastName',
  'address',
  'town',
  'postcode',
])

/**
 * Refuses empty options: a script whose variable is empty must act neither on everything nor on a default.
 * @throws a usage error
 */
function refuseEmptyOptions(command: Command): void {
  for (let at: Command | null = command; at; at = at.parent) {
    for (const [name, value] of Object.entries(at.opts())) {
      if (optionsThatMayBeEmpty.has(name) || at.getOptionValueSource(name) !== 'cli') continue
      if ([value].flat().some((one) => typeof one === 'string' && /^[\s,]*$/.test(one))) {
        throw new Usage(`${longNameOf(at, name)} is empty.`, {
          code: 'invalid-option',
          hint: 'Give it a value, or leave it out.',
        })
      }
    }
  }
}

/** The name with which an option is typed. */
export function longNameOf(command: Command, name: string): string {
  return command.options.find((option) => option.attributeName() === name)?.long ?? ''
}
