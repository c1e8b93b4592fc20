import type { OpenMode, OpenStore } from '../db/store/opening.ts'
import type { Clock, Trx } from '../db/transact.ts'
import { BadInput, Cancelled, changedMeanwhile, CommitUnknown } from '../errors.ts'
import type { AnyJsonOfChange } from '../render/json.ts'
import type { Message } from '../render/messages.ts'
import type { RuleContext } from '../rules/permissions/actor.ts'
import { formatNumber } from '../format-number.ts'
import { isServerAddress } from '../server-address.ts'
import type { Pieces } from '../render/pieces.ts'
import type { View } from '../render/table.ts'
import { answer } from './action.ts'
import type { Declaration } from './parameters.ts'
import type { Draft } from './drafts.ts'
import type { OutputFile } from './output-file.ts'
import {
  checkMail,
  isStoreMissing,
  type Notice,
  openIfExists,
  openModeOf,
  type Session,
  type WorkFor,
  withStore,
} from './session.ts'
import type { UploadSpec } from './upload.ts'

export interface Mutation<Args, Options, Request, Result>
  extends Declaration<Args, Options>,
    Change<Request, Result> {
  /** Work in place of a change of the store, for some options. @returns its exit code */
  instead?: (options: Args & Options, session: Session) => Promise<number> | undefined
  /** Reads files and asks for what is missing, before the store is opened. */
  prepare: (options: Args & Options, session: Session) => Promise<Request>
  /** The question before the change. Absent: only people or centres that were named by name are asked about. */
  confirm?: Confirmation<Request, Result> & {
    /** Whether these options can lead to the question; absent: they can. */
    mayAsk?: (options: Args & Options) => boolean
  }
}

/** The steps of a change, once the request is known. */
interface Change<Request, Result> {
  confirm?: Confirmation<Request, Result>
  /** Asks for what can be asked only with the store open; no transaction is open meanwhile. */
  complete?: (request: Request, at: MutationStage) => Promise<Request>
  /** The rule, within the transaction. */
  act: (trx: Trx, ctx: RuleContext, request: Request, store: OpenStore) => Promise<Result>
  /** The progress message for work that may take seconds. */
  busy?: (request: Request) => string | undefined
  /** The command's output file: confirmed once a rehearsal has succeeded, and removed where the change fails. */
  output?: (request: Request) => OutputFile | undefined
  /**
   * Files whose bytes go into the store: a file of one piece within the transaction that refers to it, larger ones
   * before the transaction, once a rehearsal has succeeded and the user has agreed.
   */
  upload?: UploadSpec<Request>
  /** Last step within the transaction, not of a rehearsal: files beside the store, while it can roll back. */
  beforeCommit?: (result: Result, at: CommitStage<Request>) => Promise<void>
  /** Work after the commit. @returns the result to answer with */
  afterCommit?: (result: Result, at: AfterCommitStage<Request>) => Promise<Result>
  /** False: no --dry-run, for a command that tries a secret, because a rehearsal would try the secret too. */
  rehearses?: false
  /** How the clock is checked; absent: the clock must not be behind the last event. */
  clock?: Clock
  /** Whether the command can create the store; `unrehearsed`: without a rehearsal, unless it asks a question. */
  createsStore?: true | 'unrehearsed'
  render: (result: Result, view: View, mail: readonly Message[]) => string | Pieces
  json: (result: Result, mail: readonly Message[]) => AnyJsonOfChange
  /** Messages wait for `mail send` and are not mentioned, because the answer must not show whether one goes out. */
  leavesMailQueued?: boolean
  /** Long typed input: kept as a draft where the change fails, and removed once a change has used the draft. */
  draft?: {
    of: (request: Request) => Draft | Promise<Draft> | undefined
    usedBy: (request: Request) => string | undefined
  }
  /** Further facts, for lines on stderr or for `notices`. */
  notices?: (result: Result) => readonly Notice[]
  /** Messages for stderr, written after the answer. */
  say?: (result: Result, view: View) => readonly string[]
  exit?: (result: Result) => number
}

interface CommitStage<Request> {
  ctx: RuleContext
  request: Request
  session: Session
}

interface AfterCommitStage<Request> {
  /** The actor, as they were within the transaction. */
  actor: RuleContext['actor']
  request: Request
  session: Session
  store: OpenStore
}

interface Confirmation<Request, Result> {
  /** The question, from the result of a rehearsal; none where there is nothing to ask. */
  question: (result: Result, at: { request: Request; session: Session }) => string | undefined
  /** The part of the result that was agreed to: if the change gives another one, it is rolled back. */
  comparable: (result: Result) => unknown
}

export interface MutationStage {
  session: Session
  store: OpenStore
  /** The actor and the time, read at the call. */
  ctx: () => Promise<RuleContext>
  /** Whether somebody can be asked and the question will be put; otherwise `complete` asks nothing either. */
  asks: boolean
}

/** Rehearses, asks, commits, delivers and answers. @returns the exit code */
export async function runMutation<Args, Options, Request, Result>(
  spec: Mutation<Args, Options, Request, Result>,
  options: Args & Options,
  session: Session,
): Promise<number> {
  const { dryRun, yes } = session.common
  const mayAsk = spec.confirm !== undefined && (spec.confirm.mayAsk?.(options) ?? true)
  const asks = !dryRun && !yes && (mayAsk || session.foundByName.length > 0)
  const mode = openModeOf({ dryRun, createsStore: spec.createsStore !== undefined })
  // An upload may be 500 MB, so the store and its key are checked before the file is read.
  const openedEarly = spec.upload ? await openWithKey(session, mode) : undefined
  const prepared = await spec.prepare(options, session).catch(async (error: unknown) => {
    await openedEarly?.close()
    if (!openedEarly && !spec.createsStore) await refuseWithoutStore(error, session, mode)
    throw error
  })
  const needsRehearsal = spec.createsStore === true || (spec.createsStore !== undefined && asks)
  const rehearsesCreation = !dryRun && needsRehearsal && isStoreMissing(session)
  const isOnServer = isServerAddress(session.settings.db.value)
  const existing = rehearsesCreation && isOnServer ? await openIfExists(session, 'use') : undefined
  const agreed =
    rehearsesCreation && !existing ? await rehearseWithoutStore({ spec, session, asks }, prepared) : undefined

  const store = openedEarly ?? existing ?? (await session.open(mode, { startsWithChange: true }))
  let output: OutputFile | undefined
  try {
    const asksBeforeCommit = asks && agreed === undefined
    const request = await completeRequest({ spec, session, store, asks: asksBeforeCommit }, prepared)
    output = spec.output?.(request)
    const run = { spec, session, store, request, asks: asksBeforeCommit, agreed, output }
    const { result, mail, undelivered } = await commitOrRehearse(run).catch(async (error: unknown) => {
      // A change that may have been committed must not be repeated, so no draft is kept.
      const draft = error instanceof CommitUnknown ? undefined : await spec.draft?.of(request)
      if (draft) (await import('./drafts.ts')).saveDraft(session, draft, error)
      throw error
    })
    const usedDraft = dryRun ? undefined : spec.draft?.usedBy(request)
    if (usedDraft !== undefined) (await import('./drafts.ts')).removeUsedDraft(session, usedDraft)
    for (const notice of spec.notices?.(result) ?? []) session.notify(notice)
    const json = { ...spec.json(result, mail), dryRun }
    const view = viewOf(session)
    if (dryRun && (mayAsk || session.foundByName.length > 0)) await askToConfirm(run, result)
    await answer(session, { text: spec.render(result, view, mail), json })
    for (const line of spec.say?.(result, view) ?? []) session.say(line)
    return spec.exit?.(result) || (undelivered ? 9 : 0)
  } finally {
    output?.discard()
    await store.close()
  }
}

/** A line of a batch answers in sentences even in a pipe: columns of different commands do not fit together. */
function viewOf({ batch, terminal: { out } }: Session): View {
  return batch && !out.isTerminal ? { ...out, isTerminal: true, width: 10_000 } : out
}

/** Where both an input file and the store, or its key, are missing, reports the store. */
export async function refuseWithoutStore(error: unknown, session: Session, mode: OpenMode): Promise<void> {
  const { failureOf } = await import('../exit.ts')
  if (failureOf(error) instanceof BadInput) await (await openWithKey(session, mode)).close()
}

async function openWithKey(session: Session, mode: OpenMode): Promise<OpenStore> {
  const store = await session.open(mode)
  try {
    store.keys()
  } catch (error) {
    await store.close()
    throw error
  }
  return store
}

interface MutationRun<Request, Result> {
  spec: Change<Request, Result>
  session: Session
  store: OpenStore
  asks: boolean
}

async function completeRequest<Request, Result>(
  { spec, session, store, asks }: MutationRun<Request, Result>,
  prepared: Request,
): Promise<Request> {
  if (!spec.complete) return prepared
  const ctx = () => session.ctx(store)
  const mayAsk = asks && session.terminal.canAsk && session.common.input
  return spec.complete(prepared, { session, store, ctx, asks: mayAsk })
}

interface RequestedRun<Request, Result> extends MutationRun<Request, Result> {
  request: Request
}

/** Neither rights nor the time that were read before the transaction are relied on within it. */
async function commitOrRehearse<Request, Result>(
  run: RequestedRun<Request, Result> & { agreed: string | undefined; output: OutputFile | undefined },
): Promise<{ result: Result; mail: Message[]; undelivered: boolean }> {
  const { spec, session, store, asks, output } = run
  const work = workOf(run)
  showProgress(run)
  if (session.common.dryRun) {
    // Without a mail server the command itself writes messages to files; what a server will answer is unknown.
    const isWritten = session.settings.smtp.value === undefined && !spec.leavesMailQueued && !session.batch
    const rehearsed = await session.rehearse(
      store,
      (trx, ctx) => withQueuedMessages(trx, { work: () => work(trx, ctx), isWritten }),
      spec.clock,
    )
    await output?.confirmReplacing()
    return { ...rehearsed, undelivered: false }
  }
  const agreed = asks ? await rehearseAndConfirm(run) : run.agreed
  const uploads = spec.upload && (await (await import('./upload.ts')).prepareUploads(spec.upload, run))
  if (!asks && (output?.asksToReplace() || uploads?.precedeTransaction))
    await session.rehearse(store, work, spec.clock)
  await output?.confirmReplacing()
  if (session.context.interruption.isCancelled()) throw new Cancelled()
  showProgress(run)
  const commitWith = (request: Request) => commitRequest({ ...run, request, agreed })
  const { request, committed, queued, actor } = await (uploads
    ? uploads.runWith(commitWith)
    : commitWith(run.request))
  const result = (await spec.afterCommit?.(committed, { actor, request, session, store })) ?? committed
  if (spec.leavesMailQueued) return { result, mail: [], undelivered: false }
  if (queued.length === 0) {
    await notifyWaitingMail(spec.json(result, []), { session, store })
    return { result, mail: [], undelivered: false }
  }
  if (session.batch) return { result, mail: await queuedMessages(store, queued), undelivered: false }
  const { deliverQueued } = await import('../mail/deliver.ts')
  const { phaseProgress } = await import('./progress.ts')
  const counting = await phaseProgress(session, undefined).countMessages(queued.length)
  const delivered = await deliverQueued({ store, session, actor, messageIds: queued, progress: counting })
  return { result, mail: delivered.messages, undelivered: delivered.undelivered }
}

/** From so many targets on, looking at each takes long enough for a progress message. */
const manyTargets = 200

function showProgress<Request, Result>({
  spec,
  session,
  request,
}: Pick<RequestedRun<Request, Result>, 'spec' | 'session' | 'request'>): void {
  const targets = longestList(request)
  const message =
    spec.busy?.(request) ?? (targets > manyTargets ? `Looking at ${formatNumber(targets)} …` : undefined)
  if (message !== undefined) session.terminal.busy(message)
}

function longestList(request: unknown): number {
  const values: unknown[] = Object.values(request ?? {})
  return Math.max(0, ...values.map((value) => (Array.isArray(value) ? value.length : 0)))
}

async function commitRequest<Request, Result>(
  run: RequestedRun<Request, Result> & { agreed: string | undefined },
): Promise<{ request: Request; committed: Result; queued: number[]; actor: RuleContext['actor'] }> {
  const { spec, session, store, request, agreed } = run
  const work = workOf(run)
  const { result, queued, actor } = await session.commit(
    store,
    async (trx, ctx) => {
      const owners = agreed === undefined ? undefined : await currentOwners(trx, session)
      const done = await work(trx, ctx)
      if (agreed !== undefined && agreedText(run, { done, owners }) !== agreed) throw changedMeanwhile()
      await spec.beforeCommit?.(done, { ctx, request, session })
      return done
    },
    spec.clock,
  )
  return { request, committed: result, queued, actor }
}

/** Tells of messages that an earlier run committed and did not deliver, as where it was killed after its commit. */
async function notifyWaitingMail(
  answer: AnyJsonOfChange,
  { session, store }: { session: Session; store: OpenStore },
): Promise<void> {
  const userIds = unchangedPeople(answer)
  if (userIds.length === 0) return
  const { messagesWaitingFor } = await import('../db/messages.ts')
  // Nothing was to be changed, so a failure to look for messages is no failure of the command.
  const rows = await messagesWaitingFor(store.db, userIds).catch(() => [])
  const waiting = rows.filter(({ id }) => !session.batch?.willDeliver(id))
  const [first] = waiting
  if (!first) return
  const message =
    waiting.length === 1
      ? `A message to ${first.to_address} from before waits to be sent: ssh-admin mail send`
      : `${waiting.length} messages from before wait to be sent, the first to ${first.to_address}: ssh-admin mail send`
  session.notify({ code: 'mail-waiting', message })
}

/** The people in the answer who can get messages and for whom nothing changed. */
function unchangedPeople(answer: AnyJsonOfChange): number[] {
  const people =
    'users' in answer && Array.isArray(answer.users)
      ? answer.users.filter(({ changed }) => !changed)
      : 'coordinator' in answer && answer.coordinator && !answer.changed
        ? [answer.coordinator]
        : []
  return people.filter(({ status }) => status === 'invited' || status === 'active').map(({ id }) => id)
}

/** The messages that a line of a batch queued; they are delivered once all lines are done. */
async function queuedMessages(store: OpenStore, queued: readonly number[]): Promise<Message[]> {
  const { findMessages } = await import('../db/messages.ts')
  const { messageOf } = await import('../render/messages.ts')
  // The change is committed, so a failure to read its messages is no failure of the line.
  return (await findMessages(store.db, queued).catch(() => [])).map(messageOf)
}

function workOf<Request, Result>(run: RequestedRun<Request, Result>): WorkFor<Result> {
  const { spec, session, store, request } = run
  return async (trx, ctx) => {
    const done = await spec.act(trx, ctx, request, store)
    if (!spec.leavesMailQueued) await checkMail(trx, { session })
    return done
  }
}

/** Rehearses, and asks the question if there is one. @returns what was agreed to, for comparison with the commit */
async function rehearseAndConfirm<Request, Result>(
  run: RequestedRun<Request, Result>,
): Promise<string | undefined> {
  const { spec, session, store } = run
  const work = workOf(run)
  const rehearsal = async (trx: Trx, ctx: RuleContext) => {
    const owners = await currentOwners(trx, session)
    return { owners, done: await work(trx, ctx) }
  }
  const rehearsed = await session.rehearse(store, rehearsal, spec.clock)
  if (session.foundByName.some(({ owner }, at) => rehearsed.owners?.[at] !== owner)) throw changedMeanwhile()
  await askToConfirm(run, rehearsed.done)
  return agreedText(run, rehearsed)
}

/** Asks the question if there is one; with --dry-run only says what would be asked. */
async function askToConfirm<Request, Result>(
  run: RequestedRun<Request, Result>,
  done: Result,
): Promise<void> {
  const { spec, session, request } = run
  let question = spec.confirm?.question(done, { request, session })
  if (question === undefined && session.foundByName.length > 0) {
    const { questionForNames } = await import('./find-by-name.ts')
    question = questionForNames(session, spec.json(done, []))
  }
  if (!question) return
  const { confirm } = await import('./confirm.ts')
  await confirm(session, question)
}

/** The accounts behind the found addresses and numbers, which can change after the search or during a question. */
async function currentOwners(trx: Trx, { foundByName }: Session): Promise<string[] | undefined> {
  if (foundByName.length === 0) return undefined
  const { readOwners } = await import('./find-by-name.ts')
  return readOwners(trx, foundByName)
}

/** The agreed part of the result, as text for comparison. */
function agreedText<Request, Result>(
  { spec }: MutationRun<Request, Result>,
  { done, owners }: { done: Result; owners: unknown },
): string {
  return JSON.stringify([spec.confirm?.comparable(done), owners])
}

/**
 * Rehearses in memory where there is no store yet, so that a refusal or a No creates none.
 * @returns what was agreed to
 */
async function rehearseWithoutStore<Request, Result>(
  run: Omit<RequestedRun<Request, Result>, 'store' | 'request'>,
  prepared: Request,
): Promise<string | undefined> {
  const { session, asks, spec } = run
  return withStore(session, 'rehearse-creation', async (store) => {
    // The lines of a batch that share a transaction are rehearsed together.
    if (store.transaction) return undefined
    const request = await completeRequest({ ...run, store }, prepared)
    showProgress({ spec, session, request })
    if (asks) return await rehearseAndConfirm({ ...run, store, request })
    await session.rehearse(store, workOf({ ...run, store, request }), spec.clock)
    return undefined
  })
}

/** The result of a rehearsal with its messages, in the state that they would have, read before the rollback. */
async function withQueuedMessages<Result>(
  trx: Trx,
  { work, isWritten }: { work: () => Promise<Result>; isWritten: boolean },
): Promise<{ result: Result; mail: Message[] }> {
  const { findMessages } = await import('../db/messages.ts')
  const { transactionState } = await import('../db/transact.ts')
  const { messageOf } = await import('../render/messages.ts')
  const { queued } = transactionState(trx)
  const before = queued.length
  const result = await work()
  const mail = (await findMessages(trx, queued.slice(before))).map(messageOf)
  return {
    result,
    mail: isWritten ? mail.map((message) => ({ ...message, state: 'written' as const })) : mail,
  }
}
