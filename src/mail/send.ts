import { setTimeout } from 'node:timers/promises'
import { type Credential, credentialsOfMessages } from '../db/credentials.ts'
import type { OpenStore } from '../db/store/opening.ts'
import { recipientsOf } from '../db/messages.ts'
import { saveSentWording } from '../db/outbox.ts'
import { newClaimant, type ClaimOutcome, rowsWithOutcomes } from '../db/outbox-claims.ts'
import { slicesOf } from '../db/rows.ts'
import type { OutboxRow } from '../db/schema.ts'
import { changedTemplates } from '../db/templates.ts'
import { commit, timeOf, awaitAll, type Trx } from '../db/transact.ts'
import type { RuleContext } from '../rules/permissions/actor.ts'
import { type Composed, letterWriter, type Writer } from './compose.ts'
import type { LetterParts } from '../rules/mail/letters.ts'
import { withCurrentRecipient } from '../rules/mail/queue-message.ts'
import { claimWithin, endClaims, claimOutcome, endClaimsWithin } from './claims.ts'
import {
  type Limits,
  type SmtpConnection,
  type SendOutcome,
  openSmtpConnection,
  defaultLimits,
} from './smtp-connection.ts'
import type { Destination } from './mime.ts'
import type { MailServer } from './smtp-settings.ts'
import { secretOf, valuesOf } from './values.ts'
import { makeMailFolder, fileNoteOf, writeMessage } from './write-eml.ts'

export interface SendOptions {
  store: OpenStore
  actor: RuleContext['actor']
  now: () => Date
  /** Where absent, messages are written to the folder. */
  server: MailServer | undefined
  folder: string
  from: string
  baseUrl: string
  signal?: AbortSignal
  limits?: Limits
  /** The most messages a second. */
  rate?: number
  /** Called with messages that were claimed, written and settled in one transaction, in their new state. */
  onWritten?: (rows: readonly OutboxRow[]) => void
  /** Called after each message or batch. */
  onProgress?: (done: number) => void
}

/** After this many broken connections in a row, the remaining messages wait. */
const maxBrokenConnections = 3

/** After this many recipients in a row were refused in the same way, the cause is not the recipients. */
const maxEqualRefusals = 3

/** Sends, or writes to files, those of the messages that still wait, each once. @returns why the rest was not tried */
export async function sendMessages(
  ids: readonly number[],
  sending: SendOptions,
): Promise<string | undefined> {
  const changed = new Map<string, LetterParts>()
  const writing = { changed, writer: letterWriter({ changed, from: sending.from }) }
  return sending.server
    ? sendAll(ids, { ...sending, ...writing, server: sending.server })
    : writeAll(ids, { ...sending, ...writing })
}

interface WriteContext {
  /** The templates as staff last changed them. */
  changed: Map<string, LetterParts>
  writer: Writer
}

/** A message that was claimed, with the credential that it carries. */
interface ClaimedMessage {
  row: OutboxRow
  credential: Credential | undefined
}

/**
 * Claims those of the messages that nobody else has claimed, and reads all that is needed to write them as things are
 * now.
 */
async function claimToWrite(
  trx: Trx,
  ids: readonly number[],
  { changed, ...claiming }: SendOptions & WriteContext & { claimant: string },
): Promise<ClaimedMessage[]> {
  const [rows, credentials, templates, recipients] = await awaitAll(
    claimWithin(trx, ids, claiming),
    credentialsOfMessages(trx, ids),
    changedTemplates(trx),
    recipientsOf(trx, ids),
  )
  changed.clear()
  for (const template of templates) changed.set(template.name, template)
  const messages: ClaimedMessage[] = []
  for (const claimed of rows) {
    const recipient = recipients.get(claimed.id)
    const row = recipient ? withCurrentRecipient(claimed, recipient) : claimed
    if (row.fields !== claimed.fields || row.to_name !== claimed.to_name) await saveSentWording(trx, row)
    messages.push({ row, credential: credentials.get(row.credential_id ?? 0) })
  }
  return messages
}

/**
 * Sends the messages one at a time. Each is claimed and settled by itself, and claimed only when the connection is
 * open, or has failed to open: a killed program leaves at most one message of which nobody can say whether it arrived,
 * and that message is never sent again.
 */
async function sendAll(
  ids: readonly number[],
  sending: SendOptions & WriteContext & { server: MailServer },
): Promise<string | undefined> {
  const { server, limits = defaultLimits, now, signal, rate } = sending
  const claimant = newClaimant('server')
  let connection: SmtpConnection | undefined
  let unreachable: { problem: string } | undefined
  let brokenInRow = 0
  let lastReason: string | undefined
  let equalRefusals = { code: '', times: 0 }
  let done = 0
  try {
    for (const id of ids) {
      if (signal?.aborted) return undefined
      if (brokenInRow >= maxBrokenConnections || equalRefusals.times >= maxEqualRefusals) return lastReason
      const opened = connection?.isOpen()
        ? connection
        : (unreachable ?? (await openSmtpConnection(server, limits, signal)))
      if (signal?.aborted && 'problem' in opened) return undefined
      const { result: claimed } = await commit(sending.store, (trx) =>
        claimToWrite(trx, [id], { ...sending, claimant }),
      )
      const [message] = claimed
      const row = message?.row
      if ('problem' in opened) {
        unreachable = opened
        if (!row) continue
        const outcome: SendOutcome = { state: 'queued', reason: opened.problem, forAll: true }
        await endClaims([claimOutcome(row, outcome, now())], { ...sending, claimant, rows: [row] })
        return opened.problem
      }
      connection = opened
      if (!message || !row) continue
      const began = performance.now()
      const composed = await composeMessage(message, { ...sending, destination: 'server' })
      const outcome: SendOutcome =
        'reason' in composed ? { state: 'failed', reason: composed.reason } : await connection.send(composed)
      lastReason = 'reason' in outcome ? outcome.reason : undefined
      equalRefusals = countEqualRefusals(outcome, equalRefusals)
      brokenInRow =
        outcome.state === 'queued' && outcome.forAll
          ? brokenInRow + 1
          : connection.isOpen()
            ? 0
            : brokenInRow + 1
      await endClaims([claimOutcome(row, outcome, now())], { ...sending, claimant, rows: [row] })
      done += 1
      sending.onProgress?.(done)
      if (outcome.state === 'queued' && outcome.stops) return outcome.reason
      if (rate) await pause(1000 / rate - (performance.now() - began), signal)
    }
    return undefined
  } finally {
    connection?.close()
  }
}

/** Counts how often in a row the server refused with the same codes. */
function countEqualRefusals(
  outcome: SendOutcome,
  before: { code: string; times: number },
): { code: string; times: number } {
  if (outcome.state !== 'failed' || outcome.code === undefined) return { code: '', times: 0 }
  return { code: outcome.code, times: outcome.code === before.code ? before.times + 1 : 1 }
}

/** How many files are written in one transaction; other processes get their turn in between. */
const fileBatchSize = 50

/**
 * Writes the messages to files, many at a time. As nothing is sent over a network, each batch is claimed, written and
 * settled in one transaction, and writing a message again after a crash gives the same file.
 */
async function writeAll(ids: readonly number[], sending: SendOptions & WriteContext): Promise<undefined> {
  const { store, folder, now, signal } = sending
  await makeMailFolder(folder)
  const claiming = { ...sending, claimant: newClaimant('folder') }
  let done = 0
  for (const batch of slicesOf(ids, fileBatchSize)) {
    if (signal?.aborted) return undefined
    const { result: written } = await commit(store, async (trx) => {
      const messages = await claimToWrite(trx, batch, claiming)
      const rows = messages.map(({ row }) => row)
      const results = await mapConcurrently(messages, async (message): Promise<ClaimOutcome> => {
        const { row } = message
        const composed = await composeMessage(message, { ...sending, destination: 'file' })
        if ('reason' in composed)
          return claimOutcome(row, { state: 'failed', reason: composed.reason }, now())
        const file = fileNoteOf(await writeMessage(folder, { row, raw: composed.raw }), store.engine)
        return { id: row.id, state: 'written', lastError: null, nextTryAt: null, file }
      })
      await endClaimsWithin(trx, results, { ...claiming, rows })
      return rowsWithOutcomes(rows, { results, at: timeOf(trx) })
    })
    sending.onWritten?.(written)
    done += batch.length
    sending.onProgress?.(done)
  }
  return undefined
}

/** A message that cannot be written with its template, or to its address, is reported as failed. */
async function composeMessage(
  { row, credential }: ClaimedMessage,
  { store, baseUrl, writer, destination }: SendOptions & WriteContext & { destination: Destination },
): Promise<Composed | { reason: string }> {
  const secret = credential ? secretOf(credential, { keys: store.keys(), baseUrl }) : {}
  try {
    const values = { ...valuesOf({ row, purpose: credential?.purpose, baseUrl }), ...secret }
    const words = await writer.write({ letter: row.letter, subject: row.subject, values })
    return writer.compose(row, words, destination)
  } catch (error) {
    return {
      reason: `the message could not be written: ${error instanceof Error ? error.message : String(error)}`,
    }
  }
}

async function mapConcurrently<In, Out>(
  items: readonly In[],
  work: (item: In) => Promise<Out>,
): Promise<Out[]> {
  const results: Out[] = []
  for (const batch of slicesOf(items, 16)) results.push(...(await Promise.all(batch.map(work))))
  return results
}

/** A signal ends the pause. */
async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  if (milliseconds <= 0) return
  await setTimeout(milliseconds, undefined, { signal }).catch(() => undefined)
}
