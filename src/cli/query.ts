import type { OpenMode, OpenStore } from '../db/store/opening.ts'
import type { AnyJsonAnswer } from '../render/json.ts'
import type { Pieces } from '../render/pieces.ts'
import type { RuleContext } from '../rules/permissions/actor.ts'
import type { View } from '../render/table.ts'
import { answer, outputFor, retryLostRead } from './action.ts'
import type { OutputFile } from './output-file.ts'
import type { PagedOutput } from './pager.ts'
import type { Declaration } from './parameters.ts'
import type { EventToRecord } from './record-event.ts'
import { type Notice, type Session, type WorkFor, withStore } from './session.ts'
import type { OutputKind } from './output-notes.ts'

export interface Query<Args, Options, Request, Result> extends Declaration<Args, Options> {
  /** Reads files and checks what was typed, before the store is opened. */
  prepare: (options: Args & Options, session: Session) => Promise<Request>
  /** How the store is opened; absent: for reading, migrated where it is older. */
  mode?: (session: Session) => OpenMode
  read: (store: OpenStore, ctx: RuleContext, request: Request, session: Session) => Promise<Result>
  /** The progress message for a large store. */
  busy?: string
  /** The file that the command writes, or can write. */
  output?: QueryOutput<Request, Result>
  /** The audit event of the read, for a command that records reads even without a file. */
  event?: (result: Result) => EventToRecord
  /** @param file the path once the file is in place; undefined where none was named, or it could not be placed */
  render: (result: Result, view: View, file: string | undefined) => string | Pieces
  json: (result: Result, file: string | undefined) => AnyJsonAnswer
  /** Further facts, for lines on stderr or for `notices`. */
  notices?: (result: Result) => readonly Notice[]
  exit?: (result: Result) => number
  /** Adds to an error. @returns the error to throw instead */
  explain?: (error: unknown, session: Session) => Promise<unknown>
}

interface QueryOutput<Request, Result> {
  kind: OutputKind
  /** The option that names the file; absent: an argument does. */
  flag?: string
  /** The path as it was typed, if any. */
  file: (request: Request) => string | undefined
  /** Writes the whole file beside its place. */
  write: (output: OutputFile, result: Result, at: { store: OpenStore; session: Session }) => Promise<void>
  /** The audit event that is recorded before the file is moved into place; absent: that of the query. */
  event?: (result: Result) => EventToRecord
  /** For a file that must not exist without its event: the recording transaction checks the right to it again. */
  recheckRights?: (result: Result) => WorkFor<EventToRecord>
  /** The message once the file is in place. */
  placedMessage?: (shown: string) => string
}

/** Opens the store, finds the actor, reads, writes the file that was named, and answers. @returns the exit code */
export async function runQuery<Args, Options, Request, Result>(
  spec: Query<Args, Options, Request, Result>,
  options: Args & Options,
  session: Session,
): Promise<number> {
  const out = await outputFor(session)
  try {
    return await readAndAnswer(spec, await spec.prepare(options, session), { session, out })
  } catch (error) {
    throw (await spec.explain?.(error, session)) ?? error
  } finally {
    // The store is closed by now, so somebody who reads in the pager holds no lock.
    await out.end()
  }
}

async function readAndAnswer<Args, Options, Request, Result>(
  spec: Query<Args, Options, Request, Result>,
  request: Request,
  { session, out }: { session: Session; out: PagedOutput },
): Promise<number> {
  const output = spec.output && (await outputOf(spec.output, request, session))
  // The rights may change while the question is open, so the store is read before it and again after it.
  if (output?.asksToReplace()) {
    await withReadResult(spec, { request, session }, async () => undefined)
    await output.confirmReplacing()
  }
  const write =
    spec.output && output
      ? (result: Result, store: OpenStore) => spec.output?.write(output, result, { store, session })
      : undefined
  return withReadResult(spec, { request, session, write }, async (result) => {
    for (const notice of spec.notices?.(result) ?? []) session.notify(notice)
    const file = await recordAndMove(spec, { output, result, session })
    const text = spec.render(result, session.terminal.out, file)
    await answer(session, { text, json: spec.json(result, file) }, out)
    return spec.exit?.(result) || (output && file === undefined ? 9 : 0)
  })
}

async function withReadResult<Args, Options, Request, Result, Done>(
  { mode, read, busy }: Pick<Query<Args, Options, Request, Result>, 'mode' | 'read' | 'busy'>,
  {
    request,
    session,
    write,
  }: {
    request: Request
    session: Session
    /** Writes what was read into a file, which may go on reading: after a lost connection both begin again. */
    write?: ((result: Result, store: OpenStore) => Promise<void> | undefined) | undefined
  },
  use: (result: Result) => Promise<Done>,
): Promise<Done> {
  return withStore(session, mode?.(session) ?? 'read', async (store) => {
    if (busy !== undefined) session.busy(busy)
    const result = await retryLostRead(store, async () => {
      const found = await read(store, await session.ctx(store), request, session)
      await write?.(found, store)
      return found
    })
    return await use(result)
  })
}

async function outputOf<Request, Result>(
  { kind, flag, file }: QueryOutput<Request, Result>,
  request: Request,
  session: Session,
): Promise<OutputFile | undefined> {
  const named = file(request)
  if (named === undefined) return undefined
  const { checkOutputFile } = await import('./output-file.ts')
  return checkOutputFile(session, { kind, file: named, flag, asksLater: true })
}

/** Records the event before the file is moved into place. @returns the file's path */
async function recordAndMove<Args, Options, Request, Result>(
  { output: spec, event }: Query<Args, Options, Request, Result>,
  { output, result, session }: { output: OutputFile | undefined; result: Result; session: Session },
): Promise<string | undefined> {
  if (!event && !output) return undefined
  const { recheckAndMoveIntoPlace, recordAndMoveIntoPlace, recordEvent } = await import('./record-event.ts')
  if (!spec || !output) {
    if (event) await recordEvent(session, event(result))
    return undefined
  }
  const eventToRecord = (spec.event ?? event)?.(result)
  const recheck = spec.recheckRights?.(result)
  const placedPath = recheck
    ? await recheckAndMoveIntoPlace(session, { file: output, recheck })
    : eventToRecord
      ? await recordAndMoveIntoPlace(session, { file: output, event: eventToRecord })
      : await output.moveIntoPlace()
  if (spec.placedMessage && placedPath !== undefined) session.say(spec.placedMessage(placedPath))
  return placedPath
}
