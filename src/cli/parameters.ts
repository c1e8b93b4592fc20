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
  nameKind?: NamedKind
  completions?: Completions
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

/** Makes a kind of argument. @param syntaxOf its commander syntax @param defaultSchema the schema where none is given */
function argumentOf<Usual>(syntaxOf: (name: string) => string, defaultSchema: Schema<Usual>) {
  function declared(what: string): Parameter<Usual>
  function declared<Value>(what: string, schema: Schema<Value>): Parameter<Value>
  function declared(what: string, schema: Schema<unknown> = defaultSchema): Parameter<unknown> {
    return { schema, declare: (command, name) => command.addArgument(new Argument(syntaxOf(name), what)) }
  }
  return declared
}

/** `<centre>`: exactly one value. */
export const argument = argumentOf((name) => `<${name}>`, text)

/** `[file]`: one value or none. */
export const optionalArgument = argumentOf((name) => `[${name}]`, optional(text))

/** `<email...>`: one or more; `-` stands for the values on stdin, one a line. */
export const variadicArgument = argumentOf((name) => `<${name}...>`, texts)

/** `[person...]`: any number, none included. */
export const optionalVariadicArgument = argumentOf((name) => `[${name}...]`, withDefault(texts, []))

/** `<shell>`: one of these choices. */
export function choiceArgument<Choice extends string>(
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
  return {
    schema: withDefault(yesOrNo, false),
    declare: (command, name) => command.option(longOption(name), what),
  }
}

/** `--admin`, `--no-admin`, or neither. */
export function negatableFlag({ on, off }: { on: string; off: string }): Parameter<boolean | undefined> {
  const declare = (command: Command, name: string) => {
    const refuseBoth = (before: boolean) => () => {
      if (command.getOptionValue(camelCase(name)) === before)
        throw new Usage(
          `${longOption(name)} and ${longOption(`no-${name}`)} say the opposite of each other.`,
          {
            code: 'invalid-option',
            hint: 'Leave out one of them.',
          },
        )
    }
    // This listener must run before commander's own, which overwrites the value.
    command.on(`option:${name}`, refuseBoth(false)).on(`option:no-${name}`, refuseBoth(true))
    command.option(longOption(name), on).option(longOption(`no-${name}`), off)
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
  return declared.argParser((value: string, previous: unknown) => {
    refuseTwoValues({ long: declared.long ?? '', isPath }, value, previous)
    return check ? check(value, previous) : value
  })
}

/** Two different values would leave it to chance whom a change affects. @throws a usage error */
export function refuseTwoValues(
  { long, isPath }: { long: string; isPath: boolean },
  value: unknown,
  previous: unknown,
): void {
  if (typeof value !== 'string' || typeof previous !== 'string') return
  if (long === '--as' ? isSameActor(value, previous) : value.trim() === previous.trim()) return
  if (isPath && isSamePath(value, previous)) return
  throw new Usage(`${long} is given twice, and not the same: ${previous} and ${value}.`, {
    code: 'invalid-option',
    hint: long === '--as' ? actorHint : 'It takes one value: say it once.',
  })
}

/**
 * A line of a batch must not act for anybody but the batch's actor.
 * @param source the source of `batchActor`
 * @throws a usage error
 */
export function refuseOtherActor(typed: string, batchActor: string | undefined, source: string): void {
  if (batchActor === undefined || isSameActor(typed, batchActor)) return
  throw new Usage(`--as ${typed} is not whom the batch acts for: ${source} says ${batchActor}.`, {
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

/** Makes a kind of option with a value. @param defaultSchema the schema where none is given */
function optionWith<Usual>(defaultSchema: Schema<Usual>, finish: (declared: Option) => Option) {
  function declared(placeholder: string, what: string): Parameter<Usual>
  function declared<Value>(placeholder: string, what: string, schema: Schema<Value>): Parameter<Value>
  function declared(
    placeholder: string,
    what: string,
    schema: Schema<unknown> = defaultSchema,
  ): Parameter<unknown> {
    const declare = (command: Command, name: string) =>
      command.addOption(finish(new Option(`${longOption(name)} ${placeholder}`, what)))
    return { schema, declare }
  }
  return declared
}

/** `--centre <centre>`, at most once. `placeholder` stands for the value in the help: `<centre>`. */
export const option = optionWith(optional(text), withoutRepetition)

/** An option that is required. */
export const requiredOption = optionWith(text, (declared) =>
  withoutRepetition(declared.makeOptionMandatory()),
)

/** `--site <site>`, any number of times; values may also be separated by commas. */
export const listOption = optionWith(commaList, (declared) => declared.argParser(appendValue))

/** An option with one of these choices, or absent. */
export function choiceOption<Choice extends string>(
  choices: readonly [Choice, ...Choice[]],
  placeholder: string,
  what: string,
): Parameter<Choice | undefined> {
  return {
    schema: optional(choiceOf(choices)),
    declare: (command, name) =>
      command.addOption(
        withoutRepetition(new Option(`${longOption(name)} ${placeholder}`, what).choices(choices)),
      ),
  }
}

/** Allows a person's name in place of an address, and a centre's in place of its number. */
export function allowName<Value>(nameKind: NamedKind, parameter: Parameter<Value>): Parameter<Value> {
  return { ...parameter, nameKind }
}

/** The one centre that a command is about. */
export function centreArgument(): Parameter<string> {
  return allowName('centre', argument('the number or name of the centre'))
}

/** The one user that a command is about. */
export function userArgument(): Parameter<string> {
  return allowName('user', argument("the user's address or name"))
}

/** The users that a command is about: those who have an account, or anybody who ever had one. */
export function usersArgument(nameKind: 'user' | 'any-user'): Parameter<string[]> {
  return allowName(
    nameKind,
    variadicArgument("the users' addresses or names; - reads addresses from stdin, one a line"),
  )
}

/** A word that completion offers, with its meaning where that helps. */
type Completion = string | readonly [value: string, meaning: string]

/** What completion offers: words, a function that finds them, or the kind of rows to look for in the store. */
type Completions =
  | readonly Completion[]
  | ((prefix: string) => readonly Completion[])
  | { stored: 'release' | 'resource' | 'help-document' | 'import' }

/** Gives completion the values of a parameter. */
export function withCompletions<Value>(values: Completions, parameter: Parameter<Value>): Parameter<Value> {
  return { ...parameter, completions: values }
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

const parameterOf = new WeakMap<Argument | Option, Pick<Parameter<unknown>, 'nameKind' | 'completions'>>()

/** The kind of names and the values that completion offers for an argument or option. */
export function completionsFor(
  declared: Argument | Option,
): Pick<Parameter<unknown>, 'nameKind' | 'completions'> {
  const { nameKind, completions = declared.argChoices } = parameterOf.get(declared) ?? {}
  return { nameKind, completions }
}

/** Whether several values can be typed with commas between them. */
export function isCommaList(declared: Argument | Option): boolean {
  return declared instanceof Option && declared.parseArg === appendValue
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
  const collectKinds = <Values>(parameters: Parameters<Values> | undefined) => {
    if (!parameters) return
    for (const name in parameters) {
      const { nameKind } = parameters[name]
      if (nameKind) kinds.set(name, nameKind)
    }
  }
  collectKinds(args)
  collectKinds(options)
  return kinds
}

/** Declares the parameters to commander. */
export function addParameters<Values>(command: Command, parameters: Parameters<Values> | undefined): void {
  if (!parameters) return
  for (const name in parameters) {
    const { declare, nameKind, completions } = parameters[name]
    declare(command, kebabCase(name))
    const option = command.options.find((one) => one.long === longOption(kebabCase(name)))
    const declared = option ?? command.registeredArguments.at(-1)
    if (declared && (nameKind || completions)) parameterOf.set(declared, { nameKind, completions })
  }
}

/** Checks the typed values, and reports all problems in one line. @throws a usage error */
export function valuesOf<Args, Options, Every>(
  { args, options, shared }: Omit<Declared<Args, Options, Every>, 'changes'>,
  typed: Readonly<Record<string, unknown>>,
): Args & Every & Options {
  const problems: InputProblem[] = []
  const values = {
    ...parseValues(args, typed, { problems, describe: describeArgument }),
    ...parseValues(shared, typed, { problems, describe: describeOption }),
    ...parseValues(options, typed, { problems, describe: describeOption }),
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
  { problems, describe }: { problems: InputProblem[]; describe: (name: string, value: unknown) => string },
): Partial<Values> {
  const values: Partial<Values> = {}
  if (!parameters) return values
  for (const name in parameters) {
    const parsed = parameters[name].schema.safeParse(typed[name])
    if (parsed.success) values[name] = parsed.data
    else {
      const what = describe(name, typed[name])
      for (const { message, hint } of parsed.error.issues)
        problems.push({ message: `${what}: ${message}`, hint })
    }
  }
  return values
}

function isComplete<Values>(_values: object, problems: readonly unknown[]): _values is Values & object {
  return problems.length === 0
}

function describeOption(name: string, value: unknown): string {
  const option = longOption(kebabCase(name))
  return isTyped(value) ? `${option} ${quotedValue(value)}` : option
}

/** Shows an argument by its value: the user typed no name for it. */
function describeArgument(name: string, value: unknown): string {
  return isTyped(value) ? quotedValue(value) : kebabCase(name)
}

/** The value in quotation marks; a number needs none. */
export function quotedValue(value: string): string {
  return /^-?\d+(?:\.\d+)?$/.test(value) ? value : `'${value}'`
}

function isTyped(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function appendValue(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value]
}

function longOption(name: string): string {
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

const noSearchText: Schema<undefined> = { safeParse: () => ({ success: true, data: undefined }) }

/** Parameters of every list. @param fields the columns, to show and sort by @param searched false: no search text */
export function listParameters(
  fields: readonly string[],
  { takesText }: { takesText: boolean },
): Parameters<ListOptions> {
  const text = takesText
    ? optionalArgument('only those with this in them; accents and letter case do not matter')
    : { schema: noSearchText, declare: () => undefined }
  return {
    text,
    fields: withCompletions(
      fields,
      listOption('<names>', `these columns, but for --json: ${fields.join(', ')}`),
    ),
    format: withCompletions(
      listFormats,
      option('<format>', `one of ${listFormats.join(', ')} (default: table at a terminal, tsv in a pipe)`),
    ),
    sort: withCompletions(fields, option('<field>', 'by one of the columns that --fields names')),
    reverse: flag('in the opposite order'),
    limit: option('<count>', 'at most so many', optional(wholeNumber('a whole number', { min: 1 }))),
  }
}
