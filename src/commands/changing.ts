import type * as z from 'zod'
import type { OpenStore } from '../db/open.ts'
import type { Clock, Trx, Work } from '../db/transact.ts'
import { Cancelled, Refused } from '../errors.ts'
import { agree, needSomebodyToAsk } from '../prompt.ts'
import type { Message } from '../render/message.ts'
import type { Given } from '../rules/actor.ts'
import type { View } from '../terminal.ts'
import { answer, doing } from './doing.ts'
import type { Notice, Session } from './session.ts'

export interface Changing<Options, Request, Result> {
  options: z.ZodType<Options>
  /** Reads files and asks for what is missing, before the store is opened. */
  prepare: (options: Options, session: Session) => Promise<Request>
  /** Asks for what can only be asked with the store at hand; no transaction is open meanwhile. */
  complete?: (request: Request, at: AtHand) => Promise<Request>
  act: (request: Request, given: Given, store: OpenStore) => Work<Result>
  /** The question to agree to; none when there is nothing to ask. Absent: the command never asks. */
  question?: (result: Result, request: Request) => string | undefined
  /** Whether these options can lead to the question; absent: they can. */
  mayAsk?: (options: Options) => boolean
  /** The question is seldom put: whether somebody can answer matters only then. */
  asksSeldom?: boolean
  /** What of the result was agreed to, where chance made the rest; absent: all but ids and times. */
  agreedOn?: (result: Result) => unknown
  /** The flags that say what would be asked; absent: --yes alone. */
  flags?: (options: Options) => string | undefined
  /** How the clock is looked at; absent: it must not be behind. */
  clock?: Clock
  /** This command can make the store. */
  begins?: boolean
  render: (result: Result, view: View, mail: readonly Message[]) => string
  json: (result: Result, mail: readonly Message[]) => object
  /** Whether a message goes out must not show: it waits for `mail send`, and nothing is said of it. */
  mailWaits?: boolean
  /** What else there is to know, for a line on stderr or for `notices`. */
  notices?: (result: Result) => readonly Notice[]
  exit?: (result: Result) => number
}

interface AtHand {
  session: Session
  store: OpenStore
  given: Given
  /** The question will be put; without it nothing else is offered either. */
  asks: boolean
}

type Direct<Options, Result> = Omit<Changing<Options, Options, Result>, 'prepare'>

/** A command that changes something: settle asking → open → rehearse → agree → commit → deliver → render. */
export function changing<Options, Result>(spec: Direct<Options, Result>) {
  return changingAfter({ ...spec, prepare: async (options: Options) => options })
}

/** The same, for a command that first reads a file or asks for what was not said. */
export function changingAfter<Options, Request, Result>(spec: Changing<Options, Request, Result>) {
  return doing(spec.options, async (options, session) => {
    const { dryRun, yes, input } = session.common
    const asks = spec.question !== undefined && !dryRun && !yes && (spec.mayAsk?.(options) ?? true)
    const needSomebody = () =>
      needSomebodyToAsk(session.terminal, { flag: spec.flags?.(options) ?? '--yes', may: input })
    if (asks && !spec.asksSeldom) needSomebody()
    const prepared = await spec.prepare(options, session)

    const store = await session.open(mannerOf({ dryRun, begins: spec.begins ?? false }))
    try {
      const request = await completed({ spec, session, store, prepared, asks })
      const { result, mail, owed } = await carryOut({ spec, session, store, request, asks, needSomebody })
      for (const notice of spec.notices?.(result) ?? []) session.notify(notice)
      const json = { ...spec.json(result, mail), dryRun, notices: session.notices }
      await answer(session, { text: spec.render(result, session.terminal.out, mail), json })
      if (dryRun) session.say('This was a rehearsal: nothing was changed.')
      return spec.exit?.(result) || (owed ? 9 : 0)
    } finally {
      await store.close()
    }
  })
}

function mannerOf({ dryRun, begins }: { dryRun: boolean; begins: boolean }) {
  if (dryRun) return begins ? 'rehearse-beginning' : 'rehearse'
  return begins ? 'begin' : 'use'
}

interface Running<Options, Request, Result> {
  spec: Changing<Options, Request, Result>
  session: Session
  store: OpenStore
  asks: boolean
}

async function completed<Options, Request, Result>({
  spec,
  session,
  store,
  prepared,
  asks,
}: Running<Options, Request, Result> & { prepared: Request }): Promise<Request> {
  if (!spec.complete) return prepared
  const given = await session.given(store)
  return spec.complete(prepared, { session, store, given, asks })
}

/** Nothing that was read before the transaction is relied on within it: neither rights nor the time. */
async function carryOut<Options, Request, Result>({
  spec,
  session,
  store,
  request,
  asks,
  needSomebody,
}: Running<Options, Request, Result> & {
  request: Request
  needSomebody: () => void
}): Promise<{ result: Result; mail: Message[]; owed: boolean }> {
  const work = async (trx: Trx, given: Given) => {
    const done = await spec.act(request, given, store)(trx)
    if (!spec.mailWaits) await checkMail(trx, { session })
    return done
  }
  if (session.common.dryRun)
    return {
      ...(await session.rehearse(store, (trx, given) => withMail(trx, () => work(trx, given)), spec.clock)),
      owed: false,
    }
  const agreedOn = spec.agreedOn ?? ((done: Result): unknown => done)
  let agreed: string | undefined
  if (asks) {
    const rehearsed = await session.rehearse(store, work, spec.clock)
    const question = spec.question?.(rehearsed, request)
    if (question) {
      needSomebody()
      await agree(session.terminal, question)
    }
    agreed = essence(agreedOn(rehearsed))
  }
  if (session.context.signal.aborted) throw new Cancelled()
  const { result, owed, by } = await session.commit(
    store,
    async (trx, given) => {
      const done = await work(trx, given)
      if (agreed !== undefined && essence(agreedOn(done)) !== agreed) throw changedMeanwhile()
      return done
    },
    spec.clock,
  )
  if (owed.length === 0 || spec.mailWaits) return { result, mail: [], owed: false }
  const { deliverOwed } = await import('../mail/deliver.ts')
  const delivered = await deliverOwed({ store, session, by, numbers: owed })
  return { result, mail: delivered.messages, owed: delivered.owed }
}

/** Mail that is set up wrongly is told of before anything is changed that needs it. */
export async function checkMail(trx: Trx, { session }: { session: Session }): Promise<void> {
  const { surroundingsOf } = await import('../db/transact.ts')
  if (surroundingsOf(trx).owed.length === 0) return
  const { checkMailSettings } = await import('../mail/server.ts')
  checkMailSettings(session.settings)
}

/** What a rehearsal answers: the messages as they would wait, before all of it is taken back. */
async function withMail<Result>(
  trx: Trx,
  work: () => Promise<Result>,
): Promise<{ result: Result; mail: Message[] }> {
  const { owedMessages } = await import('../db/outbox.ts')
  const { messageOf } = await import('../render/message.ts')
  const result = await work()
  return { result, mail: (await owedMessages(trx)).map(messageOf) }
}

export function changedMeanwhile(): Refused {
  return new Refused('changed-meanwhile', 'What you agreed to has changed meanwhile; nothing was done.', {
    hint: 'Look again, and run the command once more.',
  })
}

/** A result without what differs between two runs of the same work: ids and times. */
function essence(result: unknown): string {
  return JSON.stringify(result, (name, value) =>
    /^(id|at)$|(Id|At|_id|_at)$/.test(name) ? undefined : value,
  )
}
