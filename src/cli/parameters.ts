import { resolve } from 'node:path'
import { Argument, type Command, Option } from 'commander'
import { camelCase, kebabCase } from '../kebab-case.ts'
import { Usage } from '../errors.ts'
import {
  choiceOf,
  commaList,
  optional,
  type Schema,
  text,
  texts,
  wholeNumber,
  withDefault,
  yesOrNo,
} from './typed-values.ts'

/** An argument or option of a command: what the help says of it, and what may be typed. */
export interface Parameter<Value> {
  declare: (command: Command, name: string) => void
  schema: Schema<Value>
  /** Whose name may be typed in the place of an address or a centre number. */
  named?: NamedKind
  offered?: OfferedValues
  /** See `toldWithoutStore`. */
  refuseMistyped?(value: Value): unknown
}

/**
 * `any-user`: an account that is not deleted, or else one that is. `subject`: a user or a centre, of whom there
 * may be left: what is no name stays as it is typed. `centres`: several, with commas between them. `audience`: the
 * same, and words for many.
 */
export type NamedKind =
  | 'user'
  | 'any-user'
  | 'deleted-user'
  | 'past-user'
  | 'centre'
  | 'centres'
  | 'audience'
  | 'user-or-centre'
  | 'subject'

/** By name, in camelCase: `transferTo` is typed as `--transfer-to`. */
export type Parameters<Values> = { readonly [Name in keyof Values]: Parameter<Values[Name]> }

/** What every command says of itself: the help, its page in docs/commands.md and completion read it. */
export interface Declaration<Args, Options> {
  name: string
  summary: string
  description: string
  args?: Parameters<Args>
  options?: Parameters<Options>
  /** What the help says after the examples. */
  notes?: string
  /** The end of the help; a test runs each. */
  examples: readonly [string, ...string[]]
}

/** What is typed for them, once it is checked. */
export type ValuesOf<Declared> = {
  [Name in keyof Declared]: Declared[Name] extends Parameter<infer Value> ? Value : never
}

/** A kind of argument. @param written as commander has it @param usual what is typed, where nothing else is said of it */
function argumentOf<Usual>(written: (name: string) => string, usual: Schema<Usual>) {
  function declared(what: string): Parameter<Usual>
  function declared<Value>(what: string, schema: Schema<Value>): Parameter<Value>
  function declared(what: string, schema: Schema<unknown> = usual): Parameter<unknown> {
    return { schema, declare: (command, name) => command.addArgument(new Argument(written(name), what)) }
  }
  return declared
}

/** `<centre>`: one, always. */
export const argument = argumentOf((name) => `<${name}>`, text)

/** `[file]`: one, or none. */
export const optionalArgument = argumentOf((name) => `[${name}]`, optional(text))

/** `<email...>`: one or more; `-` stands for those on stdin, one a line. */
export const each = argumentOf((name) => `<${name}...>`, texts)

/** `[person...]`: any number, none included. */
export const anyNumber = argumentOf((name) => `[${name}...]`, withDefault(texts, []))

/** `<shell>`: one of these. */
export function oneOf<Choice extends string>(
  choices: readonly [Choice, ...Choice[]],
  what: string,
): Parameter<Choice> {
  return {
    schema: choiceOf(choices),
    declare: (command, name) => command.addArgument(new Argument(`<${name}>`, what).choices(choices)),
  }
}

/** `--deleted`: there, or not. */
export function flag(what: string): Parameter<boolean> {
  return { schema: withDefault(yesOrNo, false), declare: (command, name) => command.option(long(name), what) }
}

/** `--admin`, `--no-admin`, or neither. */
export function eitherWay({ on, off }: { on: string; off: string }): Parameter<boolean | undefined> {
  const declare = (command: Command, name: string) => {
    const refuseBoth = (before: boolean) => () => {
      if (command.getOptionValue(camelCase(name)) === before)
        throw new Usage(`${long(name)} and ${long(`no-${name}`)} say the opposite of each other.`, {
          code: 'invalid-option',
          hint: 'Leave out one of them.',
        })
    }
    // Before commander takes the one for the other.
    command.on(`option:${name}`, refuseBoth(false)).on(`option:no-${name}`, refuseBoth(true))
    command.option(long(name), on).option(long(`no-${name}`), off)
  }
  return { schema: optional(yesOrNo), declare }
}

/** How a list is shown, and no more: of these the last counts, as in an alias that has one already. */
const repeatable: ReadonlySet<string> = new Set(['--format', '--sort', '--limit', '--progress'])

/** Whatever takes one value is said once, or twice alike. */
function once(declared: Option): Option {
  return repeatable.has(declared.long ?? '') ? declared : refusingTwoValues(declared)
}

/** @throws a usage error where it is given twice with two values */
export function refusingTwoValues(declared: Option): Option {
  const check = declared.parseArg
  const isPath = /<(path|file)>/.test(declared.flags)
  return declared.argParser((value: string, before: unknown) => {
    refuseTwoValues({ long: declared.long ?? '', isPath }, value, before)
    return check ? check(value, before) : value
  })
}

/** An option that is given twice must say the same: else it is left to chance whom a change meets. @throws a usage error */
export function refuseTwoValues(
  { long, isPath }: { long: string; isPath: boolean },
  one: unknown,
  other: unknown,
): void {
  if (typeof one !== 'string' || typeof other !== 'string') return
  if (long === '--as' ? isSameActor(one, other) : one.trim() === other.trim()) return
  if (isPath && isSamePath(one, other)) return
  throw new Usage(`${long} is given twice, and not the same: ${other} and ${one}.`, {
    code: 'invalid-option',
    hint: long === '--as' ? actorHint : 'It takes one value: say it once.',
  })
}

/** A line of a batch acts for nobody else than the whole. @param where that is said @throws a usage error */
export function refuseOtherActor(one: string, other: string | undefined, where: string): void {
  if (other === undefined || isSameActor(one, other)) return
  throw new Usage(`--as ${one} is not whom the batch acts for: ${where} says ${other}.`, {
    code: 'invalid-option',
    hint: actorHint,
  })
}

const actorHint = 'Say once for whom the command acts.'

/** `hub.db` and `./hub.db`; what is on a server, or stdin, is no path. */
function isSamePath(one: string, other: string): boolean {
  if ([one, other].some((path) => path.trim() === '' || path === '-' || path.includes('://'))) return false
  return resolve(one) === resolve(other)
}

function isSameActor(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase()
}

/** A kind of option with a value. @param usual what is typed, where nothing else is said of it */
function optionWith<Usual>(usual: Schema<Usual>, finished: (declared: Option) => Option) {
  function declared(value: string, what: string): Parameter<Usual>
  function declared<Value>(value: string, what: string, schema: Schema<Value>): Parameter<Value>
  function declared(value: string, what: string, schema: Schema<unknown> = usual): Parameter<unknown> {
    const declare = (command: Command, name: string) =>
      command.addOption(finished(new Option(`${long(name)} ${value}`, what)))
    return { schema, declare }
  }
  return declared
}

/** `--centre <centre>`, once; before its meaning the word for what is typed: `<centre>`. */
export const option = optionWith(optional(text), once)

/** One that must be said. */
export const requiredOption = optionWith(text, (declared) => once(declared.makeOptionMandatory()))

/** `--site <site>`, any number of times; several are separated by commas too. */
export const repeated = optionWith(commaList, (declared) => declared.argParser(collect))

/** One of these, or none. */
export function optionOf<Choice extends string>(
  choices: readonly [Choice, ...Choice[]],
  value: string,
  what: string,
): Parameter<Choice | undefined> {
  return {
    schema: optional(choiceOf(choices)),
    declare: (command, name) =>
      command.addOption(once(new Option(`${long(name)} ${value}`, what).choices(choices))),
  }
}

/** Where this stands, a name does too: of a person in the place of an address, of a centre in that of its number. */
export function orName<Value>(named: NamedKind, parameter: Parameter<Value>): Parameter<Value> {
  return { ...parameter, named }
}

/** The one centre that a command is about. */
export function centreArgument(): Parameter<string> {
  return orName('centre', argument('the number or name of the centre'))
}

/** The one user that a command is about. */
export function userArgument(): Parameter<string> {
  return orName('user', argument("the user's address or name"))
}

/** The users that a command is about: those who have an account, or anybody who ever had one. */
export function usersArgument(named: 'user' | 'any-user'): Parameter<string[]> {
  return orName(named, each("the users' addresses or names; - reads addresses from stdin, one a line"))
}

/** A word that may be typed, with what it means where that helps. */
type OfferedValue = string | readonly [value: string, meaning: string]

/** What completion offers: words, or how they are found; what is in the store is found there. */
type OfferedValues =
  | readonly OfferedValue[]
  | ((prefix: string) => readonly OfferedValue[])
  | { stored: 'release' | 'resource' | 'help-document' | 'import' }

/** TAB offers these where this stands. */
export function withValues<Value>(values: OfferedValues, parameter: Parameter<Value>): Parameter<Value> {
  return { ...parameter, offered: values }
}

/**
 * What is wrong with it in itself the rule tells, beside what it finds in the store; without one, or its key, that is
 * told all the same. @param refuse throws for it
 */
export function toldWithoutStore<Value>(
  refuse: (value: Value) => unknown,
  parameter: Parameter<Value>,
): Parameter<Value> {
  return { ...parameter, refuseMistyped: refuse }
}

const parameterOf = new WeakMap<Argument | Option, Pick<Parameter<unknown>, 'named' | 'offered'>>()

/** Whose name completion offers for this argument or option, and what values. */
export function offersFor(declared: Argument | Option): Pick<Parameter<unknown>, 'named' | 'offered'> {
  const { named, offered = declared.argChoices } = parameterOf.get(declared) ?? {}
  return { named, offered }
}

/** Several can be typed with commas between them. */
export function isCommaList(declared: Argument | Option): boolean {
  return declared instanceof Option && declared.parseArg === collect
}

/** `-y`, for a command that changes nothing and may ask all the same. */
export function yesOption(what: string): Parameter<boolean> {
  return {
    schema: withDefault(yesOrNo, false),
    declare: (command) => command.option('-y, --yes', what),
  }
}

/** The arguments and options of a command, and those that its kind has. */
export interface Declared<Args, Options, Every> {
  args: Parameters<Args> | undefined
  options: Parameters<Options> | undefined
  every: Parameters<Every> | undefined
  /** The command changes something. */
  changes: boolean
}

/** Those of the parameters that take a name, by their own names. */
export function namedParameters<Args, Options, Every>({
  args,
  options,
}: Declared<Args, Options, Every>): ReadonlyMap<string, NamedKind> {
  const kinds = new Map<string, NamedKind>()
  const note = <Values>(parameters: Parameters<Values> | undefined) => {
    if (!parameters) return
    for (const name in parameters) {
      const { named } = parameters[name]
      if (named) kinds.set(name, named)
    }
  }
  note(args)
  note(options)
  return kinds
}

/** Tells commander of them. */
export function addParameters<Values>(to: Command, parameters: Parameters<Values> | undefined): void {
  if (!parameters) return
  for (const name in parameters) {
    const { declare, named, offered } = parameters[name]
    declare(to, kebabCase(name))
    const option = to.options.find((one) => one.long === long(kebabCase(name)))
    const declared = option ?? to.registeredArguments.at(-1)
    if (declared && (named || offered)) parameterOf.set(declared, { named, offered })
  }
}

/** Checks what was typed; says what is wrong with it in one line. @throws a usage error */
export function valuesOf<Args, Options, Every>(
  { args, options, every }: Omit<Declared<Args, Options, Every>, 'changes'>,
  typed: Readonly<Record<string, unknown>>,
): Args & Every & Options {
  const problems: TypedWrongly[] = []
  const values = {
    ...checked(args, typed, { problems, spoken: asArgument }),
    ...checked(every, typed, { problems, spoken: asOption }),
    ...checked(options, typed, { problems, spoken: asOption }),
  }
  if (isWhole<Args & Every & Options>(values, problems)) return values
  throw new Usage(`${problems.map(({ message }) => message).join('; ')}.`, {
    code: 'invalid-option',
    hint: problems.find(({ hint }) => hint !== undefined)?.hint ?? 'Add --help to see what it takes.',
  })
}

interface TypedWrongly {
  message: string
  hint: string | undefined
}

function checked<Values>(
  parameters: Parameters<Values> | undefined,
  typed: Readonly<Record<string, unknown>>,
  { problems, spoken }: { problems: TypedWrongly[]; spoken: (name: string, value: unknown) => string },
): Partial<Values> {
  const values: Partial<Values> = {}
  if (!parameters) return values
  for (const name in parameters) {
    const parsed = parameters[name].schema.safeParse(typed[name])
    if (parsed.success) values[name] = parsed.data
    else {
      const what = spoken(name, typed[name])
      for (const { message, hint } of parsed.error.issues)
        problems.push({ message: `${what}: ${message}`, hint })
    }
  }
  return values
}

function isWhole<Values>(_values: object, problems: readonly unknown[]): _values is Values & object {
  return problems.length === 0
}

function asOption(name: string, value: unknown): string {
  const option = long(kebabCase(name))
  return isTyped(value) ? `${option} ${typedWord(value)}` : option
}

/** What it is called nobody typed. */
function asArgument(name: string, value: unknown): string {
  return isTyped(value) ? typedWord(value) : kebabCase(name)
}

/** In quotes, but for a number, which shows where it ends. */
export function typedWord(value: string): string {
  return /^-?\d+(?:\.\d+)?$/.test(value) ? value : `'${value}'`
}

function isTyped(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value]
}

function long(name: string): string {
  return `--${name}`
}

export const listFormats = ['table', 'tsv', 'csv', 'json', 'jsonl', 'ids', 'count'] as const

export type ListFormat = (typeof listFormats)[number]

export interface ListOptions {
  text: string | undefined
  fields: string[]
  format: string | undefined
  sort: string | undefined
  reverse: boolean
  limit: number | undefined
}

const noText: Schema<undefined> = { safeParse: () => ({ success: true, data: undefined }) }

/** What every list takes. @param fields what can be shown and sorted by @param searched false for a list that takes no search text */
export function listParameters(
  fields: readonly string[],
  { searched }: { searched: boolean },
): Parameters<ListOptions> {
  const text = searched
    ? optionalArgument('only those with this in them; accents and letter case do not matter')
    : { schema: noText, declare: () => undefined }
  return {
    text,
    fields: withValues(fields, repeated('<names>', `these columns, but for --json: ${fields.join(', ')}`)),
    format: withValues(
      listFormats,
      option('<format>', `one of ${listFormats.join(', ')} (default: table at a terminal, tsv in a pipe)`),
    ),
    sort: withValues(fields, option('<field>', 'by one of the columns that --fields names')),
    reverse: flag('in the opposite order'),
    limit: option('<count>', 'at most so many', optional(wholeNumber('a whole number', { min: 1 }))),
  }
}
