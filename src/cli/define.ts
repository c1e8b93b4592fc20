import { Command } from 'commander'
import type { AnswerName, AnyJsonOfChange } from '../render/json.ts'
import { joinParagraphs } from '../render/wrap.ts'
import { action, type Answer, answer, outputFor } from './action.ts'
import type { BatchSupport } from './batch/line.ts'
import { addCommonOptions } from './options.ts'
import type { Listing } from './list-declaration.ts'
import type { Mutation } from './mutation.ts'
import {
  addParameters,
  type Declaration,
  type ListOptions,
  listParameters,
  type Parameters,
} from './parameters.ts'
import type { Query } from './query.ts'
import type { Session } from './session.ts'

/** The answer of a command that changes something; `dryRun` is added to its document. */
export type AnswerOfChange = Answer<AnyJsonOfChange>

/** A command that only reads: parse → open → find the actor → read → answer. */
export function query<Result, Args = object, Options = object>(
  spec: Omit<Query<Args, Options, Args & Options, Result>, 'prepare'>,
): Command {
  return preparedQuery({ ...spec, prepare: async (options: Args & Options) => options })
}

/** A query that first reads a file, or converts what was typed. */
export function preparedQuery<Request, Result, Args = object, Options = object>(
  spec: Query<Args, Options, Request, Result>,
): Command {
  const work: Work<Args, Options> = async (options, session) => {
    const { runQuery } = await import('./query.ts')
    return runQuery(spec, options, session)
  }
  return declare(spec, work, { batch: spec.output || spec.mode ? 'other' : 'reads' })
}

/** A query whose rows are streamed, with the search, fields, formats, order and limit that every list has. */
export function listing<
  Row,
  Name extends string,
  Shape extends AnswerName,
  Sort extends Name = never,
  Args = object,
  Options = object,
>(spec: Listing<Args, Options, Row, Name, Sort, Shape>): Command {
  const shared = listParameters(Object.keys(spec.fields), { takesText: spec.takesText ?? true })
  const work: Work<Args & ListOptions, Options> = async (options, session) => {
    const { runListing } = await import('./listing.ts')
    return runListing(spec, options, session)
  }
  return declare(spec, work, { shared, batch: 'reads' })
}

/** A command that changes something: parse → open → rehearse → confirm → commit → deliver → answer. */
export function mutation<Result, Args = object, Options = object>(
  spec: Omit<Mutation<Args, Options, Args & Options, Result>, 'prepare'>,
): Command {
  return preparedMutation({ ...spec, prepare: async (options: Args & Options) => options })
}

/** A mutation that first reads a file, or asks for missing values. */
export function preparedMutation<Request, Result, Args = object, Options = object>(
  spec: Mutation<Args, Options, Request, Result>,
): Command {
  const work: Work<Args, Options> = async (options, session) => {
    const instead = spec.instead?.(options, session)
    if (instead !== undefined) return instead
    const { runMutation } = await import('./mutation.ts')
    return runMutation(spec, options, session)
  }
  return declare(spec, work, {
    asks: true,
    rehearses: spec.rehearses ?? true,
    // A command that writes files or does work after its commit does not run in a batch.
    batch: spec.output || spec.afterCommit ? 'other' : 'changes',
    createsStore: spec.createsStore !== undefined,
    mayAsk: (options) => spec.confirm !== undefined && (spec.confirm.mayAsk?.(options) ?? true),
  })
}

interface PlainCommand<Args, Options> extends Declaration<Args, Options> {
  changes?: false
  run: (options: Args & Options, session: Session) => Promise<Answer>
}

interface StreamingCommand<Args, Options> extends Declaration<Args, Options> {
  /** Writes the answer itself, piece by piece. @returns the exit code */
  stream: (options: Args & Options, session: Session) => Promise<number>
}

interface MutatingCommand<Args, Options> extends Declaration<Args, Options> {
  /** The command takes --dry-run and --yes. */
  changes: true
  run: (options: Args & Options, session: Session) => Promise<AnswerOfChange>
}

type AnyCommand<Args, Options> = PlainCommand<Args, Options> | MutatingCommand<Args, Options>

/** A command that writes its answers one by one for as long as it runs. */
export function streamingCommand<Args = object, Options = object>(
  spec: StreamingCommand<Args, Options>,
): Command {
  return declare(spec, spec.stream, { asks: true, rehearses: true })
}

/** A command of no other kind: parse → do → answer. */
export function command<Args = object, Options = object>(spec: AnyCommand<Args, Options>): Command {
  const work: Work<Args, Options> = async (options, session) => {
    const { exit = 0, say = [], ...content } = await answerOf(spec, options, session)
    const out = spec.changes ? undefined : await outputFor(session)
    try {
      await answer(session, content, out)
    } finally {
      await out?.end()
    }
    for (const line of say) session.say(line)
    return exit
  }
  const changes = spec.changes ?? false
  return declare(spec, work, { asks: changes, rehearses: changes })
}

async function answerOf<Args, Options>(
  spec: AnyCommand<Args, Options>,
  options: Args & Options,
  session: Session,
): Promise<Answer> {
  if (!spec.changes) return spec.run(options, session)
  const changed = await spec.run(options, session)
  return { ...changed, json: { ...changed.json, dryRun: session.common.dryRun } }
}

type Work<Args, Options> = (options: Args & Options, session: Session) => Promise<number>

interface Kind<Every, Values> {
  /** Parameters of every command of this kind. */
  shared?: Parameters<Every>
  asks?: boolean
  rehearses?: boolean
  /** The command's kind as a line of a batch. */
  batch?: BatchSupport<Values>['kind']
  /** Whether the command can create the store. */
  createsStore?: boolean
  /** Whether these options can lead to a question. */
  mayAsk?: (options: Values) => boolean
}

function declare<Args, Options, Every = object>(
  spec: Declaration<Args, Options>,
  work: Work<Args & Every, Options>,
  {
    shared,
    asks = false,
    rehearses = false,
    batch = 'other',
    createsStore = false,
    mayAsk = () => false,
  }: Kind<Every, Args & Every & Options>,
): Command {
  const declared = addCommonOptions(new Command(spec.name))
    .summary(spec.summary)
    .description(spec.description)
  if (rehearses) declared.option('--dry-run', 'show what would happen, and change nothing')
  if (asks) declared.option('-y, --yes', 'answer every question with yes')
  addParameters(declared, spec.args)
  addParameters(declared, spec.options)
  addParameters(declared, shared)
  const examples = spec.examples.map((line) => `  $ ${line}`).join('\n')
  declared.addHelpText('after', `\nExamples:\n${examples}\n`)
  const { notes } = spec
  if (notes !== undefined)
    declared.addHelpText('after', () => joinParagraphs(notes.replace(/^\n+/, '')).join('\n'))
  const parameters = { args: spec.args, options: spec.options, shared, changes: asks }
  return declared.action(
    action(parameters, { work, batchSupport: { kind: batch, asks: mayAsk, createsStore } }),
  )
}
