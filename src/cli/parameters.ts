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

/** An argument or option of a command: its declaration for commander, and the schema of its values. */
export interface Parameter<Value> {
  declare: (command: Command, name: string) => void
  schema: Schema<Value>
  /** A name may be typed in place of an address or a centre number of this kind. */
  named?: NamedKind
  offered?: OfferedValues
  /** Set by `checkedWithoutStore`. */
  refuseMistyped?(value: Value): unknown
}

/**
 * `any-user`: an account that is not deleted, or else a deleted one. `subject`: a user or centre of which only the
 * audit log may be left, so that text that is no name stays as typed. `centres`: several, separated by commas.
 * `audience`: likewise, and words for many centres.
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

/** Parameters by their names in camelCase: `transferTo` is typed as `--transfer-to`. */
export type Parameters<Values> = { readonly [Name in keyof Values]: Parameter<Values[Name]> }

/** The declaration of a command, from which the help, its section of docs/commands.md and completion are made. */
export interface Declaration<Args, Options> {
  name: string
  summary: string
  description: string
  args?: Parameters<Args>
  options?: Parameters<Options>
  /** Text that help shows behind the examples. */
  notes?: string
  /** The examples at the end of the help; a test runs each. */
  examples: readonly [string, ...string[]]
}

/** The checked values of declared parameters. */
export type ValuesOf<Declared> = {
  [Name in keyof Declared]: Declared[Name] extends Parameter<infer Value> ? Value : never
}

/** Makes a kind of argument. @param written its commander syntax @param usual the schema where none is given */
function argumentOf<Usual>(written: (name: string) => string, usual: Schema<Usual>) {
  function declared(what: string): Parameter<Usual>
  function declared<Value>(what: string, schema: Schema<Value>): Parameter<Value>
  function declared(what: string, schema: Schema<unknown> = usual): Parameter<unknown> {
    return { schema, declare: (command, name) => command.addArgument(new Argument(written(name), what)) }
  }
  return declared
}

/** `<centre>`: exactly one value. */
export const argument = argumentOf((name) => `<${name}>`, text)

/** `[file]`: one value or none. */
export const optionalArgument = argumentOf((name) => `[${name}]`, optional(text))

/** `<email...>`: one or more; `-` stands for the values on stdin, one a line. */
export const each = argumentOf((name) => `<${name}...>`, texts)

/** `[person...]`: any number, none included. */
export const anyNumber = argumentOf((name) => `[${name}...]`, withDefault(texts, []))

/** `<shell>`: one of these choices. */
export function oneOf<Choice extends string>(
  choices: readonly [Choice, ...Choice[]],
  what: string,
): Parameter<Choice> {
  return {
    schema: choiceOf(choices),
    declare: (command, name) => command.addArgument(new Argument(`<${name}>`, what).choices(choices)),
  }
}

/** `--deleted`: given or not. */
export function flag(what: string): Parameter<boolean> {
  return { schema: withDefault(yesOrNo, false), declare: (command, name) => command.option(long(name), what) }
}

/** `--admin`, `--no-admin`, or neither. */
export function negatableFlag({ on, off }: { on: string; off: string }): Parameter<boolean | undefined> {
  const declare = (command: Command, name: string) => {
    const refuseBoth = (before: boolean) => () => {
      if (command.getOptionValue(camelCase(name)) === before)
        throw new Usage(`${long(name)} and ${long(`no-${name}`)} say the opposite of each other.`, {
          code: 'invalid-option',
          hint: 'Leave out one of them.',
        })
    }
    // This listener must run before commander's own, which overwrites the value.
    command.on(`option:${name}`, refuseBoth(false)).on(`option:no-${name}`, refuseBoth(true))
    command.option(long(name), on).option(long(`no-${name}`), off)
  }
  return { schema: optional(yesOrNo), declare }
}

/** Options that change only how an answer is shown: the last one counts, so that an alias may contain one. */
const repeatable: ReadonlySet<string> = new Set(['--format', '--sort', '--limit', '--progress'])

/** An option with one value may be repeated only with the same value, unless it is repeatable. */
function withoutRepetition(declared: Option): Option {
  return repeatable.has(declared.long ?? '') ? declared : withSingleValue(declared)
}

/** Makes an option refuse a second, different value. @throws a usage error */
export function withSingleValue(declared: Option): Option {
  const check = declared.parseArg
  const isPath = /<(path|file)>/.test(declared.flags)
  return declared.argParser((value: string, before: unknown) => {
    refuseTwoValues({ long: declared.long ?? '', isPath }, value, before)
    return check ? check(value, before) : value
  })
}

/** Two different values would leave it to chance whom a change affects. @throws a usage error */
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

/**
 * A line of a batch must not act for anybody but the batch's actor.
 * @param where the source of `other`
 * @throws a usage error
 */
export function refuseOtherActor(one: string, other: string | undefined, where: string): void {
  if (other === undefined || isSameActor(one, other)) return
  throw new Usage(`--as ${one} is not whom the batch acts for: ${where} says ${other}.`, {
    code: 'invalid-option',
    hint: actorHint,
  })
}

const actorHint = 'Say once for whom the command acts.'

/** `hub.db` and `./hub.db`; a server's address and `-` for stdin are no paths. */
function isSamePath(one: string, other: string): boolean {
  if ([one, other].some((path) => path.trim() === '' || path === '-' || path.includes('://'))) return false
  return resolve(one) === resolve(other)
}

function isSameActor(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase()
}

/** Makes a kind of option with a value. @param usual the schema where none is given */
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

/** `--centre <centre>`, at most once. `value` is the placeholder in the help: `<centre>`. */
export const option = optionWith(optional(text), withoutRepetition)

/** An option that is required. */
export const requiredOption = optionWith(text, (declared) =>
  withoutRepetition(declared.makeOptionMandatory()),
)

/** `--site <site>`, any number of times; values may also be separated by commas. */
export const repeated = optionWith(commaList, (declared) => declared.argParser(collect))

/** An option with one of these choices, or absent. */
export function optionOf<Choice extends string>(
  choices: readonly [Choice, ...Choice[]],
  value: string,
  what: string,
): Parameter<Choice | undefined> {
  return {
    schema: optional(choiceOf(choices)),
    declare: (command, name) =>
      command.addOption(withoutRepetition(new Option(`${long(name)} ${value}`, what).choices(choices))),
  }
}

/** Allows a person's name in place of an address, and a centre's in place of its number. */
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

/** A word that completion offers, with its meaning where that helps. */
type OfferedValue = string | readonly [value: string, meaning: string]

/** What completion offers: words, a function that finds them, or the kind of rows to look for in the store. */
type OfferedValues =
  | readonly OfferedValue[]
  | ((prefix: string) => readonly OfferedValue[])
  | { stored: 'release' | 'resource' | 'help-document' | 'import' }

/** Gives completion the values of a parameter. */
export function withValues<Value>(values: OfferedValues, parameter: Parameter<Value>): Parameter<Value> {
  return { ...parameter, offered: values }
}

/**
 * The rule itself reports a malformed value, beside what it finds in the store; without a store, or its key, `refuse`
 * reports the malformed value all the same. @param refuse throws for a malformed value
 */
export function checkedWithoutStore<Value>(
  refuse: (value: Value) => unknown,
  parameter: Parameter<Value>,
): Parameter<Value> {
  return { ...parameter, refuseMistyped: refuse }
}

const parameterOf = new WeakMap<Argument | Option, Pick<Parameter<unknown>, 'named' | 'offered'>>()

/** The kind of names and the values that completion offers for an argument or option. */
export function offersFor(declared: Argument | Option): Pick<Parameter<unknown>, 'named' | 'offered'> {
  const { named, offered = declared.argChoices } = parameterOf.get(declared) ?? {}
  return { named, offered }
}

/** Whether several values can be typed with commas between them. */
export function isCommaList(declared: Argument | Option): boolean {
  return declared instanceof Option && declared.parseArg === collect
}

/** `-y`, for a command that changes nothing and may still ask. */
export function yesOption(what: string): Parameter<boolean> {
  return {
    schema: withDefault(yesOrNo, false),
    declare: (command) => command.option('-y, --yes', what),
  }
}

/** The arguments and options of a command, and those of its kind. */
export interface Declared<Args, Options, Every> {
  args: Parameters<Args> | undefined
  options: Parameters<Options> | undefined
  shared: Parameters<Every> | undefined
  /** Whether the command changes something. */
  changes: boolean
}

/** The parameters that take a name, with the kind of name. */
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

/** Declares the parameters to commander. */
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

/** Checks the typed values, and reports all problems in one line. @throws a usage error */
export function valuesOf<Args, Options, Every>(
  { args, options, shared }: Omit<Declared<Args, Options, Every>, 'changes'>,
  typed: Readonly<Record<string, unknown>>,
): Args & Every & Options {
  const problems: InputProblem[] = []
  const values = {
    ...parseValues(args, typed, { problems, spoken: asArgument }),
    ...parseValues(shared, typed, { problems, spoken: asOption }),
    ...parseValues(options, typed, { problems, spoken: asOption }),
  }
  if (isComplete<Args & Every & Options>(values, problems)) return values
  throw new Usage(`${problems.map(({ message }) => message).join('; ')}.`, {
    code: 'invalid-option',
    hint: problems.find(({ hint }) => hint !== undefined)?.hint ?? 'Add --help to see what it takes.',
  })
}

interface InputProblem {
  message: string
  hint: string | undefined
}

function parseValues<Values>(
  parameters: Parameters<Values> | undefined,
  typed: Readonly<Record<string, unknown>>,
  { problems, spoken }: { problems: InputProblem[]; spoken: (name: string, value: unknown) => string },
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

function isComplete<Values>(_values: object, problems: readonly unknown[]): _values is Values & object {
  return problems.length === 0
}

function asOption(name: string, value: unknown): string {
  const option = long(kebabCase(name))
  return isTyped(value) ? `${option} ${quotedValue(value)}` : option
}

/** Shows an argument by its value: the user typed no name for it. */
function asArgument(name: string, value: unknown): string {
  return isTyped(value) ? quotedValue(value) : kebabCase(name)
}

/** The value in quotation marks; a number needs none. */
export function quotedValue(value: string): string {
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

/** Parameters of every list. @param fields the columns, to show and sort by @param searched false: no search text */
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
