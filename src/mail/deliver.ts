import type { Settings } from '../config.ts'
import type { Context } from '../context.ts'
import type { OpenStore } from '../db/store/opening.ts'
import { reasons } from '../db/message-reasons.ts'
import { expiredUnsent, findMessages } from '../db/messages.ts'
import type { OutboxRow } from '../db/schema.ts'
import { systemReason } from '../errors.ts'
import { firstFew, formatNumber } from '../format-number.ts'
import type { Notice } from '../render/json.ts'
import { isUndelivered, type Message, messageOf } from '../render/messages.ts'
import { plainTime } from '../plain-time.ts'
import type { Actor } from '../rules/permissions/actor.ts'
import { sendMessages } from './send.ts'
import { describeFileNote } from './write-eml.ts'
import { mailServerOf } from './smtp-settings.ts'
import { isLetterName, letters } from '../rules/mail/letters.ts'
import { pathInWords, shellWord } from '../shell-word.ts'

/** The parts of the running command's session that sending needs. */
interface MailSession {
  settings: Settings
  context: Pick<Context, 'now' | 'interruption'>
  notify: (notice: Notice) => void
}

interface DeliveryOptions {
  store: OpenStore
  session: MailSession
  /**
   * The actor who owes the messages, as determined before the change, which may have changed the actor's own account.
   */
  actor: Actor
  messageIds: readonly number[]
  /** The most messages a second. */
  rate?: number
  /** Shows the progress; stopped before anything else is printed. */
  progress?: ProgressCounter
}

export interface ProgressCounter {
  update: (done: number) => void
  stop: () => void
}

export interface Delivered {
  messages: Message[]
  /** Whether a message is still owed on which no other program is working. */
  undelivered: boolean
}

/** Delivers the messages that a committed change owes, and reports what became of each. */
export async function deliverQueued(options: DeliveryOptions): Promise<Delivered> {
  try {
    return await deliver(options)
  } catch (error) {
    // The change is committed: whatever failed now, the messages wait.
    const { store, session, messageIds, progress } = options
    progress?.stop()
    const reason = await reasonOf(error)
    const rows = await findMessages(store.db, messageIds).catch(() => undefined)
    if (!rows) {
      session.notify({ code: 'mail-unknown', message: unknownOutcomeMessage(messageIds.length, reason) })
      return { messages: [], undelivered: true }
    }
    for (const notice of noticesAfterFailure(rows, reason)) session.notify(notice)
    return { ...deliveredOf(rows), undelivered: rows.some(isUndelivered) }
  }
}

/** The reason that the store or the system gives, in this program's words where there are any. */
async function reasonOf(error: unknown): Promise<string> {
  if (!(error instanceof Error)) return String(error)
  const reason = systemReason(error)
  if (reason === undefined) {
    const { failureOfStore } = await import('../db/store/errors.ts')
    return (failureOfStore(error) ?? error).message
  }
  return 'path' in error ? `${pathInWords(String(error.path))} cannot be written: ${reason}` : reason
}

function unknownOutcomeMessage(many: number, reason: string): string {
  const which = many === 1 ? 'the message that is owed' : `the ${many} messages that are owed`
  return `The change is made. What became of ${which} is not known: ${midSentenceReason(reason)}. To send what waits: ssh-admin mail send`
}

/** Messages that are claimed may have been sent before the failure. */
function noticesAfterFailure(rows: readonly OutboxRow[], reason: string): Notice[] {
  const because = midSentenceReason(reason)
  return [
    ...noticeForAll(rows.filter(isClaimed), 'mail-unknown', {
      one: ({ to_address }) =>
        `What became of the message to ${to_address} could not be written down: ${because}. ssh-admin mail send says what is known.`,
      many: (count) =>
        `What became of ${formatNumber(count)} messages could not be written down: ${because}. ssh-admin mail send says what is known.`,
    }),
    ...waitingNotices(rows.filter(isWaiting), reason),
  ]
}

function deliveredOf(rows: readonly OutboxRow[]): Delivered {
  return {
    messages: rows.map(messageOf),
    undelivered: rows.some((row) => isUndelivered(row) && !isClaimed(row)),
  }
}

/** Whether another program is sending the message now. */
function isClaimed({ state, claimed_by }: OutboxRow): boolean {
  return state === 'queued' && claimed_by !== null
}

function isWaiting({ state, claimed_by }: OutboxRow): boolean {
  return state === 'queued' && claimed_by === null
}

/** What a first signal still lets finish. */
const sendDescription = 'the message that is being sent; what is left waits'
const writeDescription = 'the messages that are being written; what is left waits'

/** Delivers the messages now, and notifies the person who typed the command. */
async function deliver({
  store,
  session,
  actor,
  messageIds,
  rate,
  progress,
}: DeliveryOptions): Promise<Delivered> {
  const { settings, context } = session
  const folder = store.ownPath(settings.mailDir.value)
  const writtenRows = new Map<number, OutboxRow>()
  const server = mailServerOf(settings)
  const { interruption } = context
  // After a signal nothing more is begun.
  if (messageIds.length > 0 && !interruption.received.aborted)
    interruption.startFinishing(server ? sendDescription : writeDescription)
  const stopped = await sendMessages(messageIds, {
    store,
    actor,
    now: context.now,
    server,
    folder,
    from: settings.mailFrom.value,
    baseUrl: settings.baseUrl.value,
    signal: interruption.received,
    rate,
    onWritten: (rows) => {
      for (const row of rows) writtenRows.set(row.id, row)
    },
    onProgress: progress?.update,
  }).finally(() => progress?.stop())
  const isAllKnown = messageIds.every((id) => writtenRows.has(id))
  const rows = isAllKnown ? [...writtenRows.values()] : await findMessages(store.db, messageIds)
  const stopReason = stopped ?? (interruption.received.aborted ? 'a signal stopped the sending' : undefined)
  const wroteHere = ({ id }: OutboxRow) => writtenRows.has(id)
  for (const notice of noticesAbout(rows, { folder, wroteHere, stopped: stopReason })) session.notify(notice)
  const expired = await expiredUnsent(
    store.db,
    rows
      .filter(({ state, last_error }) => state === 'cancelled' && last_error === reasons.expired)
      .map(({ id }) => id),
  )
  for (const notice of expiredNotices(expired)) session.notify(notice)
  const { messages, undelivered } = deliveredOf(rows)
  return { messages, undelivered: undelivered || expired.length > 0 }
}

/** Notices of messages that were cancelled because what they carry expired before they could be sent. */
export function expiredNotices(rows: readonly OutboxRow[]): Notice[] {
  return noticeForAll(rows, 'mail-expired', {
    one: (row) =>
      `The message to ${row.to_address} was cancelled: ${whatExpired(row)} expired before it could be sent. To send a new one: ${resendLine(rows)}`,
    many: (count) =>
      `${formatNumber(count)} messages were cancelled (${namesOf(rows)}), as what they carry expired before they could be sent. To send new ones: ${resendLine(rows)}`,
  })
}

function whatExpired({ letter }: OutboxRow): string {
  const carries = isLetterName(letter) ? letters[letter].carries : undefined
  if (carries === undefined) return 'the PIN'
  return { link: 'its link', temporaryPassword: 'its temporary password', code: 'its code' }[carries]
}

/** So many addresses fit into a line that is pasted. */
const maxPasted = 5

function resendLine(rows: readonly OutboxRow[]): string {
  const addresses = [...new Set(rows.map(({ to_address }) => to_address))]
  return addresses.length > maxPasted
    ? `${listExpired} --fields to --format tsv | ssh-admin users reset-password - --yes`
    : `ssh-admin users reset-password ${addresses.map(shellWord).join(' ')}`
}

const listExpired = 'ssh-admin mail list --expired'

/** The notices for the person who typed the command; many messages share a notice. */
function noticesAbout(
  rows: readonly OutboxRow[],
  {
    folder,
    wroteHere,
    stopped,
  }: { folder: string; wroteHere: (row: OutboxRow) => boolean; stopped: string | undefined },
): Notice[] {
  const inState = (state: string) => rows.filter((row) => row.state === state)
  // Where the sending was stopped, the error of an earlier attempt may no longer be true of the rest.
  const isHeld = (row: OutboxRow) => stopped === undefined && isHeldForCentre(row)
  const waiting = rows.filter((row) => isWaiting(row) && !isHeld(row))
  return [
    ...writtenNotices(inState('written').filter(wroteHere), folder),
    ...writtenByOthersNotices(inState('written').filter((row) => !wroteHere(row))),
    ...noticeForAll(inState('failed'), 'mail-failed', {
      one: ({ to_address, last_error }) =>
        `The message to ${to_address} was refused: ${midSentenceReason(last_error)}. ${retryFailedHint}`,
      many: (count, reason) =>
        `${formatNumber(count)} messages were refused (${namesOf(inState('failed'))}): ${midSentenceReason(reason)}. ${retryFailedHint}`,
    }),
    ...noticeForAll(inState('unknown'), 'mail-unknown', {
      one: ({ to_address, last_error }) =>
        `The message to ${to_address} may have arrived, or not: ${midSentenceReason(last_error)}. Ask before you send another.`,
      many: (count, reason) =>
        `${formatNumber(count)} messages may have arrived, or not: ${midSentenceReason(reason)}. ssh-admin mail list says which.`,
    }),
    ...noticeForAll(rows.filter(isClaimed), 'mail-claimed', {
      one: ({ to_address }) =>
        `The message to ${to_address} is in another program's hands. ${stoppedProgramHint}`,
      many: (count) =>
        `${formatNumber(count)} messages are in another program's hands. ${stoppedProgramHint}`,
    }),
    ...waitingNotices(
      waiting,
      stopped ?? waiting.find(({ last_error }) => last_error)?.last_error ?? undefined,
    ),
    ...heldNotices(rows.filter((row) => isWaiting(row) && isHeld(row))),
  ]
}

function isHeldForCentre({ last_error }: OutboxRow): boolean {
  return last_error === reasons.centreDeleted
}

function heldNotices(rows: readonly OutboxRow[]): Notice[] {
  return noticeForAll(rows, 'mail-waiting', {
    one: ({ to_address }) =>
      `The message to ${to_address} waits, as the centre is deleted. Once it is restored: ssh-admin mail send`,
    many: (count) =>
      `${formatNumber(count)} messages wait, as their centres are deleted. Once those are restored: ssh-admin mail send`,
  })
}

/** Notices of messages that `mail send --due` leaves waiting. */
export function pausedNotices(rows: readonly OutboxRow[]): Notice[] {
  const paused = rows.filter((row) => !isHeldForCentre(row))
  const [nextAt] = paused.flatMap(({ next_try_at }) => next_try_at ?? []).sort()
  const due = nextAt === undefined ? '' : ` at ${plainTime(nextAt)}`
  return [
    ...noticeForAll(paused, 'mail-waiting', {
      one: ({ to_address }) =>
        `The message to ${to_address} could not be sent before and is due again${due}. To send it now: ssh-admin mail send`,
      many: (count) =>
        `${formatNumber(count)} messages could not be sent before; the first of them is due again${due}. To send them now: ssh-admin mail send`,
    }),
    ...heldNotices(rows.filter(isHeldForCentre)),
  ]
}

const retryFailedHint = 'To try again: ssh-admin mail send --failed'

function namesOf(rows: readonly OutboxRow[]): string {
  return firstFew(rows.map(({ to_address }) => to_address))
}

/** A notice of messages that were refused earlier and not tried again. */
export function refusedNotices(rows: readonly OutboxRow[]): Notice[] {
  if (rows.length === 0) return []
  const what =
    rows.length === 1
      ? 'One message was refused before'
      : `${formatNumber(rows.length)} messages were refused before`
  return [{ code: 'mail-failed', message: `${what}: ${namesOf(rows)}. ${retryFailedHint}` }]
}

const stoppedProgramHint = 'Should that one have been stopped: ssh-admin mail send says so after ten minutes.'

function writtenNotices(rows: readonly OutboxRow[], folder: string): Notice[] {
  return noticeForAll(rows, 'mail-written', {
    one: ({ to_address, file }) =>
      `No mail server is set: the message to ${to_address} is in ${file === null ? pathInWords(folder) : describeFile(file)} and has not been sent.`,
    many: (count) =>
      `No mail server is set: ${formatNumber(count)} messages are in ${pathInWords(folder)} and have not been sent.`,
  })
}

/** Messages that another program wrote, having claimed them first. */
function writtenByOthersNotices(rows: readonly OutboxRow[]): Notice[] {
  return noticeForAll(rows, 'mail-written', {
    one: ({ to_address, file }) =>
      `Another program wrote the message to ${to_address} meanwhile${file === null ? '' : `: it is in ${describeFile(file)}`} and has not been sent.`,
    many: (count) =>
      `Another program wrote ${formatNumber(count)} messages meanwhile, which have not been sent. Where one is: ssh-admin mail show NUMBER`,
  })
}

function describeFile(file: string): string {
  return pathInWords(describeFileNote(file))
}

function waitingNotices(rows: readonly OutboxRow[], reason: string | undefined): Notice[] {
  const because = reason ? `: ${midSentenceReason(reason)}` : ''
  return noticeForAll(rows, 'mail-waiting', {
    one: ({ to_address }) =>
      `The message to ${to_address} could not be sent${because}. It waits; to try again: ssh-admin mail send`,
    many: (count) =>
      `${formatNumber(count)} messages could not be sent${because}. They wait; to try again: ssh-admin mail send`,
  })
}

/** A reason worded for the middle of a sentence. */
function midSentenceReason(reason: string | null): string {
  return (reason ?? 'no reason was given').replace(/\.$/, '').replace(/^The /, 'the ')
}

function noticeForAll(
  rows: readonly OutboxRow[],
  code: string,
  words: { one: (row: OutboxRow) => string; many: (count: number, reason: string | null) => string },
): Notice[] {
  const [first] = rows
  if (!first) return []
  return [{ code, message: rows.length === 1 ? words.one(first) : words.many(rows.length, first.last_error) }]
}
