import { Command } from 'commander'
import type { InBatch } from './batch/line.ts'
import { actingFor } from '../config.ts'
import type { Context } from '../context.ts'
import type { OpenStore } from '../db/store/opening.ts'
import { readLines } from '../input-file.ts'
import { Cancelled, Usage } from '../errors.ts'
import { yieldToSignals } from '../interruption.ts'
import type { AnyJsonAnswer } from '../render/json.ts'
import { type Pieces, piecesOfJson } from '../render/pieces.ts'
import type { View } from '../render/table.ts'
import { wrappedText } from '../render/wrap.ts'
import { actsForNobody } from '../rules/permissions/matrix.ts'
import { holdsName, isOfCentresAlone, type NamesTyped } from './names-typed.ts'
import { longNameIn, typedCommand } from './options.ts'
import type { PagedOutput } from './pager.ts'
import { type Declared, namedParameters, valuesOf } from './parameters.ts'
import { type Invocation, type Session, sessionOf, withStore } from './session.ts'

const invocations = new WeakMap<Command, Invocation>()

export function setInvocation(program: Command, invocation: Invocation): void {
  invocations.set(program, invocation)
}

function programOf(leaf: Command): Command {
  let at = leaf
  while (at.parent) at = at.parent
  return at
}

/** commander's action for work that needs a session and gives an exit code. */
export function action<Args, Options, Every>(
  parameters: Declared<Args, Options, Every>,
  { work, inBatch }: Action<Args & Every & Options>,
): (...typed: unknown[]) => Promise<void> {
  return async (...typed) => {
    const leaf = typed.at(-1)
    if (!(leaf instanceof Command)) throw new Error('an action is run by commander')
    const invocation = invocations.get(programOf(leaf))
    if (!invocation) throw new Error('a command is run by run()')
    const { context } = invocation
    const typedHere = typedCommand(leaf)
    const session = sessionOf(typedHere, invocation)
    const { batch, ready } = invocation
    if (batch && ready) {
      const options = valuesOf(parameters, typedHere.typed)
      const { refuseInBatch } = await import('./batch/line.ts')
      const asks = inBatch.asks(options) && !session.common.yes && !session.common.dryRun
      if (inBatch.createsStore) batch.noteCreation()
      const { json } = session.common
      refuseInBatch({ ...typedIn(leaf), command: session.command, kind: inBatch.kind, asks, json })
      refuseUnnamedActor(session)
      const targets = { typed: typedHere.typed, fromStdin: noTargets }
      ready({
        work: (context) => run({ targets, options }, sessionOf(typedHere, { ...invocation, context })),
        changes: inBatch.kind === 'changes',
      })
      return
    }
    const targets = await resolveTargets(leaf, typedHere.typed, context)
    invocation.exit = await run({ targets, options: valuesOf(parameters, targets.typed) }, session)
  }
  async function run(
    { targets, options }: { targets: Targets; options: Args & Every & Options },
    session: Session,
  ): Promise<number> {
    const found = { ...targets, kinds: namedParameters(parameters), changes: parameters.changes }
    await refuseMistyped(found)
    await refuseForOthers(session)
    try {
      return await recordingRefusals(session, async () => {
        if (!holdsName(found)) return sayingRehearsed(session, () => work(options, session))
        const { withNamesFound } = await import('./find-by-name.ts')
        const named = await withNamesFound(found, session)
        return sayingRehearsed(session, () => work(valuesOf(parameters, named), session))
      })
    } catch (error) {
      const { refuseWrongCall } = await import('./wrong-call.ts')
      await refuseWrongCall(error, { found, parameters, options })
      throw error
    }
  }
}

const noTargets: ReadonlySet<string> = new Set()

/** What a command does, and how it stands as a line of a batch. */
interface Action<Values> {
  work: (options: Values, session: Session) => Promise<number>
  inBatch: InBatch<Values>
}

function typedIn(leaf: Command): { options: string[]; args: unknown[]; format: string | undefined } {
  const options: string[] = []
  for (let at: Command | null = leaf; at; at = at.parent) {
    for (const name of Object.keys(at.opts()))
      if (at.getOptionValueSource(name) === 'cli') options.push(longNameIn(at, name))
  }
  const format: unknown = leaf.getOptionValue('format')
  return { options, args: leaf.processedArgs.flat(), format: typeof format === 'string' ? format : undefined }
}

/** At a desk where nobody acts as Cambridge staff by default, each command says for whom it acts. */
function refuseUnnamedActor({ settings, command }: Session): void {
  if (settings.asRequired.value !== 'true' || settings.as.value !== undefined || actsForNobody(command))
    return
  throw new Usage('Here every command must say for whom it acts.', {
    code: 'as-required',
    hint: 'Say it with --as EMAIL, or --as staff for Cambridge staff.',
    add: ['--as', 'EMAIL'],
  })
}

/**
 * An address that nobody could have is a wrong call, whatever the store would say; of several the rule tells each, beside
 * what is wrong with the others.
 */
async function refuseMistyped({ typed, kinds }: NamesTyped): Promise<void> {
  for (const [parameter, kind] of kinds) {
    const [only, ...others] = [typed[parameter]].flat()
    if (isOfCentresAlone(kind) || typeof only !== 'string' || !only.includes('@') || others.length > 0)
      continue
    const { typedAddress } = await import('../rules/users/email.ts')
    typedAddress(only)
  }
}

/** What no user may run is refused before it begins, and the refusal recorded. */
async function refuseForOthers(session: Session): Promise<void> {
  refuseUnnamedActor(session)
  if (actingFor(session.settings) === undefined) return
  const { mayRun } = await import('../rules/permissions/decide.ts')
  if (mayRun(session.command)) return
  await withStore(session, session.common.dryRun ? 'rehearse' : 'use', session.ctx)
}

/** Whatever ends in a refusal of rights, it is in the log: also where something was only to be looked at. */
async function recordingRefusals<Result>(session: Session, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const { hasRollbackWork, withRollbackWork } = await import('../db/transact.ts')
    if (!hasRollbackWork(error)) throw error
    return withStore(session, session.common.dryRun ? 'rehearse' : 'use', async (store) => {
      return await withRollbackWork(store, () => {
        throw error
      })
    })
  }
}

/** The last line of a --dry-run; a batch says it once, at its end. */
async function sayingRehearsed(session: Session, work: () => Promise<number>): Promise<number> {
  const exit = await work()
  if (session.common.dryRun && !session.batch) session.say('This was a rehearsal: nothing was changed.')
  return exit
}

/** Where what somebody looks at goes: only a terminal is ever too small for it. */
export async function outputFor(session: Session): Promise<PagedOutput> {
  const { terminal, context } = session
  if (!terminal.out.isTerminal || !context.stdout.rows)
    return { write: terminal.write, end: async () => undefined }
  const { pagedOutput } = await import('./pager.ts')
  return pagedOutput(session)
}

/** An answer for a person or a pipe, and the same for a script. */
export interface Answer<Json = AnyJsonAnswer> {
  text: string | Pieces
  json: Json
  /** Lines of the conversation that follow it. */
  say?: readonly string[]
  /** The exit code; absent: 0. */
  exit?: number
}

/** Prints the answer: for a person, a pipe, or a script. @param where absent: what was done goes through no pager */
export async function answer(
  session: Session,
  { text, json }: Pick<Answer, 'text' | 'json'>,
  where?: PagedOutput,
): Promise<void> {
  const { out } = session.terminal
  const { write } = where ?? session.terminal
  const { interruption } = session.context
  await yieldToSignals()
  if (interruption.isCancelled() && !interruption.isFinishing()) throw new Cancelled()
  const pieces = session.common.json
    ? piecesOfJson({ ...json, notices: session.notices }, out.isTerminal ? 2 : 0)
    : piecesOf(text, out)
  // A reader who has left wants no more of it.
  for (const piece of pieces) if (!(await write(piece))) return
  for (const line of session.beneath.splice(0)) session.say(line)
}

/** A text is broken between words where it does not fit a terminal; pieces stand as they are. */
function piecesOf(text: string | Pieces, { isTerminal, width }: View): Pieces {
  if (typeof text !== 'string') return text
  if (text === '') return []
  const lines = isTerminal ? wrappedText(text, width) : text
  return [lines.endsWith('\n') ? lines : `${lines}\n`]
}

interface Targets {
  typed: Readonly<Record<string, unknown>>
  /** Those that were read from stdin, where nobody is named by name. */
  fromStdin: ReadonlySet<string>
}

/** Where several targets can be named, `-` stands for those on stdin, one a line. */
async function resolveTargets(
  leaf: Command,
  typed: Readonly<Record<string, unknown>>,
  context: Context,
): Promise<Targets> {
  const fromStdin = new Set<string>()
  const last = leaf.registeredArguments.at(-1)
  const name = Object.keys(typed).find((key) => {
    const value = typed[key]
    return last?.variadic && Array.isArray(value) && value === leaf.processedArgs.at(-1)
  })
  if (name === undefined) return { typed, fromStdin }
  const targets = typed[name]
  if (!Array.isArray(targets) || !targets.includes('-')) return { typed, fromStdin }
  const lines = (await readLines(context.stdin)).map((line) => line.trim()).filter((line) => line !== '')
  const all = targets.flatMap((target) => (target === '-' ? lines : [target]))
  if (all.length === 0) throw new Usage('Nothing was named on stdin.', { hint: 'One a line.' })
  return { typed: { ...typed, [name]: all }, fromStdin: new Set(lines) }
}

/** As often as a change is done anew. */
const maxTries = 4

/**
 * What is read of one moment is read anew, of another one, where the connection to a server was lost in between. @param
 * isShown whether somebody has seen a part of it already: then it cannot be
 */
export async function readAgainWhereLost<Result>(
  store: OpenStore,
  read: () => Promise<Result>,
  isShown: () => boolean = () => false,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await read()
    } catch (error) {
      if (tries === maxTries || isShown() || !store.engine.mayRunAgain(error)) throw error
    }
  }
}
