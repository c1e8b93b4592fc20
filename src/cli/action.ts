import { Command } from 'commander'
import type { BatchSupport } from './batch/line.ts'
import { actorEmail } from '../config.ts'
import type { Context } from '../context.ts'
import type { OpenStore } from '../db/store/opening.ts'
import { readLines } from '../input-file.ts'
import { Cancelled, Usage } from '../errors.ts'
import { yieldToSignals } from '../interruption.ts'
import type { AnyJsonAnswer } from '../render/json.ts'
import { type Pieces, piecesOfJson } from '../render/pieces.ts'
import { wrapText } from '../render/wrap.ts'
import { actsForNobody, mayRun } from '../rules/permissions/matrix.ts'
import { holdsName, takesOnlyCentres, type NamesTyped } from './names-typed.ts'
import { longNameOf, typedCommand } from './options.ts'
import type { PagedOutput } from './pager.ts'
import { type Declared, namedParameters, valuesOf } from './parameters.ts'
import { type Invocation, type Session, sessionOf, withStore } from './session.ts'

const invocations = new WeakMap<Command, Invocation>()

export function setInvocation(program: Command, invocation: Invocation): void {
  invocations.set(program, invocation)
}

function rootCommandOf(leaf: Command): Command {
  let at = leaf
  while (at.parent) at = at.parent
  return at
}

/** The commander action of a command that needs a session and returns an exit code. */
export function action<Args, Options, Every>(
  parameters: Declared<Args, Options, Every>,
  { work, batchSupport }: Action<Args & Every & Options>,
): (...typed: unknown[]) => Promise<void> {
  return async (...typed) => {
    const leaf = typed.at(-1)
    if (!(leaf instanceof Command)) throw new Error('an action is run by commander')
    const invocation = invocations.get(rootCommandOf(leaf))
    if (!invocation) throw new Error('a command is run by run()')
    const { context } = invocation
    const parsedCommand = typedCommand(leaf)
    const session = sessionOf(parsedCommand, invocation)
    const { batch, deferWork } = invocation
    if (batch && deferWork) {
      const options = valuesOf(parameters, parsedCommand.typed)
      const { refuseInBatch } = await import('./batch/line.ts')
      const asks = batchSupport.asks(options) && !session.common.yes && !session.common.dryRun
      if (batchSupport.createsStore) batch.noteCreation()
      const { json } = session.common
      refuseInBatch({
        ...typedParameters(leaf),
        command: session.command,
        kind: batchSupport.kind,
        asks,
        json,
      })
      refuseUnnamedActor(session)
      const targets = { typed: parsedCommand.typed, fromStdin: noTargets }
      deferWork({
        work: (context) => run({ targets, options }, sessionOf(parsedCommand, { ...invocation, context })),
        changes: batchSupport.kind === 'changes',
      })
      return
    }
    const targets = await resolveTargets(leaf, parsedCommand.typed, context)
    invocation.exit = await run({ targets, options: valuesOf(parameters, targets.typed) }, session)
  }
  async function run(
    { targets, options }: { targets: Targets; options: Args & Every & Options },
    session: Session,
  ): Promise<number> {
    const typedNames = { ...targets, kinds: namedParameters(parameters), changes: parameters.changes }
    await refuseMistyped(typedNames, session)
    await refuseStaffOnlyCommand(session)
    try {
      return await withRefusalsRecorded(session, async () => {
        if (!holdsName(typedNames)) return withRehearsalNote(session, () => work(options, session))
        const { resolveNames } = await import('./find-by-name.ts')
        const resolved = await resolveNames(typedNames, session)
        return withRehearsalNote(session, () => work(valuesOf(parameters, resolved), session))
      })
    } catch (error) {
      const { refuseWrongCall } = await import('./wrong-call.ts')
      await refuseWrongCall(error, { typedNames, parameters, options })
      throw error
    }
  }
}

const noTargets: ReadonlySet<string> = new Set()

/** What a command does, and its properties as a line of a batch. */
interface Action<Values> {
  work: (options: Values, session: Session) => Promise<number>
  batchSupport: BatchSupport<Values>
}

function typedParameters(leaf: Command): { options: string[]; args: unknown[]; format: string | undefined } {
  const options: string[] = []
  for (let at: Command | null = leaf; at; at = at.parent) {
    for (const name of Object.keys(at.opts()))
      if (at.getOptionValueSource(name) === 'cli') options.push(longNameOf(at, name))
  }
  const format: unknown = leaf.getOptionValue('format')
  return { options, args: leaf.processedArgs.flat(), format: typeof format === 'string' ? format : undefined }
}

/** Where SSH_ADMIN_AS_REQUIRED is set, each command must name its actor. */
function refuseUnnamedActor({ settings, command }: Session): void {
  if (settings.asRequired.value !== 'true' || settings.as.value !== undefined || actsForNobody(command))
    return
  throw new Usage('Here every command must say for whom it acts.', {
    code: 'as-required',
    hint: 'Say it with --as EMAIL, or --as staff for Cambridge staff.',
    optionToAdd: ['--as', 'EMAIL'],
  })
}

/**
 * An address that nobody could have is a usage error, whatever is in the store. Where several targets are named, the
 * rule reports each such address together with its other problems.
 */
async function refuseMistyped({ typed, kinds }: NamesTyped, session: Session): Promise<void> {
  for (const [parameter, kind] of kinds) {
    const [only, ...others] = [typed[parameter]].flat()
    if (takesOnlyCentres(kind) || typeof only !== 'string' || !only.includes('@') || others.length > 0)
      continue
    const { parseAddress } = await import('../rules/users/email.ts')
    try {
      parseAddress(only)
    } catch (error) {
      const { withAccountsBeginning } = await import('./unfinished-address.ts')
      throw await withAccountsBeginning(error, only, session)
    }
  }
}

/** Refuses a command that no user may run before it begins; opening the store for the actor records the refusal. */
async function refuseStaffOnlyCommand(session: Session): Promise<void> {
  refuseUnnamedActor(session)
  if (actorEmail(session.settings) === undefined) return
  if (mayRun(session.command)) return
  await withStore(session, session.common.dryRun ? 'rehearse' : 'use', session.ctx)
}

/** Records every refusal of rights in the audit log, also that of a command that only reads. */
async function withRefusalsRecorded<Result>(session: Session, work: () => Promise<Result>): Promise<Result> {
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

/** Says at the end of a --dry-run that nothing was changed; a batch says so once, at its own end. */
async function withRehearsalNote(session: Session, work: () => Promise<number>): Promise<number> {
  const exit = await work()
  if (session.common.dryRun && !session.batch) session.say('This was a rehearsal: nothing was changed.')
  return exit
}

/** The output of a command that reads: through the pager at a terminal, which alone can be too small for it. */
export async function outputFor(session: Session): Promise<PagedOutput> {
  const { terminal, context } = session
  if (!terminal.out.isTerminal || !context.stdout.rows)
    return { write: terminal.write, end: async () => undefined }
  const { pagedOutput } = await import('./pager.ts')
  return pagedOutput(session)
}

/** An answer: the text for a person or a pipe, and the document for a script. */
export interface Answer<Json = AnyJsonAnswer> {
  text: string | Pieces
  json: Json
  /** Messages for stderr, written after the answer. */
  say?: readonly string[]
  /** The exit code; absent: 0. */
  exit?: number
}

/**
 * Prints the answer: text or, with --json, the document.
 * @param output absent: no pager, as for the answer of a change
 */
export async function answer(
  session: Session,
  { text, json }: Pick<Answer, 'text' | 'json'>,
  output?: PagedOutput,
): Promise<void> {
  const { out } = session.terminal
  const { write } = output ?? session.terminal
  const { interruption } = session.context
  await yieldToSignals()
  if (interruption.isCancelled() && !interruption.isFinishing()) throw new Cancelled()
  const pieces = session.common.json
    ? piecesOfJson({ ...json, notices: session.notices }, out.isTerminal ? 2 : 0)
    : piecesOf(text, session)
  // `write` gives false once the reader has closed the pipe.
  for (const piece of pieces) if (!(await write(piece))) return
  for (const line of session.linesAfterAnswer.splice(0)) session.say(line)
}

/** A text is wrapped between words where it does not fit the terminal; pieces stay as they are. */
function piecesOf(text: string | Pieces, { terminal: { out }, completeLines }: Session): Pieces {
  const { isTerminal, width } = out
  if (typeof text !== 'string') return text
  if (text === '') return []
  const lines = isTerminal ? wrapText(completeLines(text), width) : text
  return [lines.endsWith('\n') ? lines : `${lines}\n`]
}

interface Targets {
  typed: Readonly<Record<string, unknown>>
  /** The targets that were read from stdin, which are never looked up by name. */
  fromStdin: ReadonlySet<string>
}

/** For a command that takes several targets, `-` stands for the targets on stdin, one a line. */
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

/**
 * Reads again where the connection to a server was lost during a read, from a new moment of the store, as often as a
 * change is retried.
 * @param isShown whether a part has been shown already: then the read cannot be repeated
 */
export async function retryLostRead<Result>(
  store: OpenStore,
  read: () => Promise<Result>,
  isShown: () => boolean = () => false,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await read()
    } catch (error) {
      const { maxTries } = await import('../db/transact.ts')
      if (tries === maxTries || isShown() || !store.engine.isRetryable(error)) throw error
    }
  }
}
