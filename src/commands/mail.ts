import { preparedMutation, query, listing, mutation } from '../cli/define.ts'
import {
  flag,
  option,
  choiceOption,
  type ValuesOf,
  argument,
  yesOption,
  allowName,
  listOption,
  withCompletions,
  variadicArgument,
  checkedWithoutStore,
} from '../cli/parameters.ts'
import { importNumber, listOf, number, optional, checkedText } from '../cli/typed-values.ts'
import { phaseProgress } from '../cli/progress.ts'
import { requeueFailed } from '../db/outbox.ts'
import {
  failedMessages,
  findMessages,
  recipientsOf,
  waitingMessages,
  countMessages,
  messageStates,
  streamMessages,
  expiredSince,
  expiredUnsent,
  type ListedMessage,
  pausedMessages,
} from '../db/messages.ts'
import type { OutboxRow } from '../db/schema.ts'
import type { OpenStore } from '../db/store/opening.ts'
import { timeOf, type Trx } from '../db/transact.ts'
import type { Delivered } from '../mail/deliver.ts'
import type { Notice } from '../render/json.ts'
import { oneLine, tsvLine } from '../render/clean-text.ts'
import { type Fact, factLines, type Field, field, timeField } from '../render/fields.ts'
import { countStates, isUndelivered, type Message, messageOf } from '../render/messages.ts'
import { table, type View } from '../render/table.ts'
import { count } from '../render/text.ts'
import { queueLettersOfImport } from '../rules/mail/activation-letters.ts'
import { permit } from '../rules/permissions/decide.ts'
import { resolve } from 'node:path'
import { findMessage, cancelMessageById, lookUpMessages, parseMessageNumber } from '../rules/mail/cancel.ts'
import * as z from 'zod'
import { plainTime } from '../plain-time.ts'
import { shellWord } from '../shell-word.ts'
import { mapPages } from '../db/rows.ts'
import { letters, letterChoices } from '../rules/mail/letters.ts'
import { withCurrentRecipient } from '../rules/mail/queue-message.ts'
import { nameReader, unknownName } from '../rules/unknown-name.ts'
import { readEachName, forEachTarget } from '../rules/batch.ts'

export const list = () =>
  listing({
    name: 'list',
    summary: 'show messages and what became of them',
    description: 'List messages, newest first: what waits, what was written or sent, what failed and why.',
    options: {
      state: withCompletions(
        messageStates,
        listOption('<state>', messageStates.join(', '), listOf(nameReader('state', messageStates))),
      ),
      letter: withCompletions(
        letterChoices,
        option(
          '<name>',
          `one of ${Object.keys(letters).join(', ')}`,
          z.string().transform(parseLetter).optional(),
        ),
      ),
      to: allowName('past-user', option('<email>', 'to this person')),
      import: withCompletions({ stored: 'import' }, option('<id>', 'of this import', optional(importNumber))),
      expired: flag(
        'whose link, code or PIN expired in the last 30 days before they could be sent, and nothing newer was',
      ),
    },
    examples: [
      'ssh-admin mail list',
      'ssh-admin mail list --state queued,failed',
      'ssh-admin mail list --expired',
    ],
    singular: 'message',
    answer: 'messageList',
    key: 'messages',
    fields: messageFields,
    table: tableFields,
    pipe: pipeFields,
    // The address is what users look for, so it is dropped last.
    dropOrder: ['letter', 'when', 'state'],
    rowDetails: undeliveredReason,
    id: 'id',
    find: async (
      { store: { db }, ctx: { at } },
      { state: states, letter, to, import: importId, expired },
    ) => {
      const since = expired ? expiredSince(at) : undefined
      const filter = { states, letter, to: to?.trim().toLowerCase(), importId, expiredSince: since }
      return {
        rows: ({ reverse, limit }) => mapPages(streamMessages(db, { ...filter, reverse, limit }), listedOf),
        count: () => countMessages(db, filter),
      }
    },
    json: ({ expiredUnsent: _, ...message }) => message,
    emptyMessage: 'No messages.',
  })

interface Listed extends Message {
  /** Whether it expired before it could be sent, and its recipient has nothing newer. */
  expiredUnsent: boolean
}

function listedOf(row: ListedMessage): Listed {
  return { ...messageOf(row), expiredUnsent: row.expired_unsent === 1 }
}

function parseLetter(name: string): string {
  if (Object.hasOwn(letters, name)) return name
  throw unknownName({ kind: 'letter', name, known: Object.keys(letters) })
}

export const show = () =>
  query({
    name: 'show',
    summary: 'show one message, its secret left out',
    description:
      'Show a message and what became of it. Its link, password or code is not shown: it is made when the message is sent.',
    args: { id: argument('the number that mail list shows', checkedText(parseMessageNumber)) },
    options: {
      html: option('<file>', 'write the HTML as a page to look at'),
      yes: yesOption('replace the page that is there without asking'),
    },
    examples: ['ssh-admin mail show 1', 'ssh-admin mail show 1 --html message.html'],
    read: async (store, _, { id, html }, session) => {
      const found = await findMessage(store.db, id)
      const row = isUnsent(found) ? await messageToCompose(store.db, found) : found
      const { redactedMessage } = await import('../mail/compose.ts')
      const { describeFileNote } = await import('../mail/write-eml.ts')
      const content = await redactedMessage({ store, row, baseUrl: session.settings.baseUrl.value })
      return {
        row,
        written: row.file === null ? null : describeFileNote(row.file),
        content,
        page: html === undefined ? undefined : resolve(session.context.cwd, html),
      }
    },
    event: ({ row }) => ({
      action: 'mail.shown',
      subject: row.to_address,
      ...(row.user_id === null ? {} : { userId: row.user_id }),
      facts: { message: row.id },
    }),
    output: {
      kind: 'page',
      flag: '--html',
      file: ({ html }) => html,
      write: (output, { content }) => output.prepare(content.html),
    },
    render: ({ row, written, content: { text }, page = null }, view, placed) =>
      renderMessage({ message: messageOf(row), written, text, page: placed ? page : null }, view),
    json: ({ row, written, content: { text }, page = null }, placed) => ({
      ...messageOf(row),
      file: written,
      text,
      page: placed ? page : null,
    }),
  })

/** Whether the message may still be sent; its text is then composed anew. */
function isUnsent({ state }: OutboxRow): boolean {
  return state === 'queued' || state === 'failed'
}

async function messageToCompose(db: OpenStore['db'], row: OutboxRow): Promise<OutboxRow> {
  const recipient = (await recipientsOf(db, [row.id])).get(row.id)
  return recipient ? withCurrentRecipient(row, recipient) : row
}

const options = {
  due: flag('only those whose pause is over'),
  failed: flag('only those that were refused for good, again'),
  import: option('<id>', 'the activation letters of this import', optional(importNumber)),
  rate: option(
    '<count>',
    'at most so many messages a second (default: as fast as the server takes them)',
    optional(number('a number of messages a second', { min: 0.001 })),
  ),
  progress: choiceOption(['json'], '<form>', 'how far it is, on stderr: json for a document a line'),
}

type SendOptions = ValuesOf<typeof options>

export const send = () =>
  preparedMutation({
    name: 'send',
    summary: 'send the messages that wait',
    description:
      'Send every message that waits, now. With --due only those whose pause is over, for cron. With --failed those that the server refused are tried again. With --import the users of an import who have not activated are first owed the letter that says how to use the PIN.',
    options,
    examples: ['ssh-admin mail send', 'ssh-admin mail send --due', 'ssh-admin mail send --failed'],
    prepare: async (typed: SendOptions, { settings, common: { dryRun } }) => {
      const { checkMailSettings } = await import('../mail/smtp-settings.ts')
      checkMailSettings(settings)
      return { ...typed, dryRun }
    },
    act: async (trx, ctx, request): Promise<Sending> => {
      const { import: importId } = request
      if (importId === undefined) permit(ctx, 'mail.send', { name: 'the outbox' })
      else await queueLettersOfImport(trx, { importId, ctx })
      const numbers = await messagesToSend(trx, request)
      const paused = request.due ? await pausedMessages(trx, { dueAt: timeOf(trx), importId }) : []
      const { expiredNotices, pausedNotices } = await import('../mail/deliver.ts')
      const sending = { numbers, others: 0, messages: [], undelivered: false, notices: pausedNotices(paused) }
      if (!request.dryRun) return sending
      // Whatever would be cancelled is cancelled, and rolled back with the rehearsal.
      const { claimAsRehearsal } = await import('../mail/claims.ts')
      await claimAsRehearsal(trx, numbers, ctx)
      const rows = await findMessages(trx, numbers)
      const expired = await expiredUnsent(trx, numbers)
      const notices = [...expiredNotices(expired), ...sending.notices]
      return { ...sending, messages: rows.map(messageOf), undelivered: expired.length > 0, notices }
    },
    // Delivered by the command itself, together with older ones.
    leavesMailQueued: true,
    afterCommit: async ({ numbers, notices }, { actor, request, session, store }) => {
      const { deliverQueued, refusedNotices } = await import('../mail/deliver.ts')
      const refused = await failedMessages(store.db, { importId: request.import }).catch(() => [])
      for (const notice of refusedNotices(refused)) session.notify(notice)
      const { rate, progress } = request
      const counting = await phaseProgress(session, progress).countMessages(numbers.length)
      const delivered = await deliverQueued({
        store,
        session,
        actor,
        messageIds: numbers,
        rate,
        progress: counting,
      })
      const others = request.failed
        ? await countOtherQueued(store.db, { numbers, importId: request.import })
        : 0
      if (others > 0)
        session.notify({
          code: 'mail-waiting',
          message: `${count(others, 'message')} that ${others === 1 ? 'was' : 'were'} not refused still ${others === 1 ? 'waits' : 'wait'}. To send ${others === 1 ? 'it' : 'them'}: ssh-admin mail send`,
        })
      return { numbers, others, notices, ...delivered }
    },
    notices: ({ notices }) => notices,
    render: ({ messages }, view) =>
      [
        renderMessages(messages, view),
        ...(view.isTerminal ? messages.flatMap((message) => cancelledReason(message, view)) : []),
      ].join('\n'),
    json: ({ messages }) => ({ messages, total: messages.length }),
    say: ({ messages, others, notices }) => {
      if (messages.length > 0) return [`${countStates(messages)}.`]
      if (others > 0) return ['None was refused.']
      return [notices.length > 0 ? 'Nothing is due.' : 'Nothing waits.']
    },
    exit: ({ undelivered }) => (undelivered ? 9 : 0),
  })

/** Counts queued messages that were never refused; a failure is ignored, since sending is done. */
async function countOtherQueued(
  db: OpenStore['db'],
  { numbers, importId }: { numbers: readonly number[]; importId: number | undefined },
): Promise<number> {
  const own = new Set(numbers)
  const waits = await waitingMessages(db, { importId }).catch(() => [])
  return waits.filter((id) => !own.has(id)).length
}

interface Sending extends Delivered {
  /** Ids of the queued messages. */
  numbers: readonly number[]
  /** Number of other queued messages. */
  others: number
  /** Of messages that wait out their pause; in a rehearsal, also of those that would be cancelled. */
  notices: readonly Notice[]
}

function messagesToSend(trx: Trx, { due, failed, import: importId }: SendOptions): Promise<number[]> {
  if (failed) return requeueFailed(trx, { importId })
  return waitingMessages(trx, { dueAt: due ? timeOf(trx) : undefined, importId })
}

export const cancel = () =>
  mutation({
    name: 'cancel',
    summary: 'do not send messages that wait',
    description:
      'Cancel messages that wait. A link or a temporary password in one stays valid until it lapses, and nobody has received it.',
    args: {
      id: checkedWithoutStore(
        (ids) => readEachName(ids, parseMessageNumber),
        variadicArgument('the numbers that mail list shows; - reads them from stdin, one a line'),
      ),
    },
    examples: ['ssh-admin mail cancel 1'],
    act: (trx, ctx, { id: ids }) =>
      forEachTarget(trx, ids, (id) => cancelMessageById(trx, { id, ctx }), lookUpMessages(trx)),
    render: (cancelled, view) =>
      renderMessages(
        cancelled.map(({ row }) => messageOf(row)),
        view,
      ),
    say: (cancelled) => [`${countStates(cancelled.map(({ row }) => messageOf(row)))}.`],
    json: (cancelled) => ({
      messages: cancelled.map(({ row, changed }) => ({ ...messageOf(row), changed })),
      total: cancelled.length,
    }),
  })

const messageFields = {
  id: field<Message>('No.', ({ id }) => id),
  to: field<Message>('To', ({ to }) => to),
  letter: field<Message>('Letter', ({ letter }) => letter),
  subject: field<Message>('Subject', ({ subject }) => subject),
  state: field<Message>('State', ({ state }) => state),
  attempts: field<Message>('Tries', ({ attempts }) => attempts),
  'last-error': field<Message>(
    'Error',
    ({ lastError }) => lastError,
    (message) => (isUndelivered(message) ? message.lastError : ''),
  ),
  created: timeField<Message>('Created', ({ createdAt }) => createdAt),
  delivered: timeField<Message>('Sent or written', ({ deliveredAt }) => deliveredAt),
  when: timeField<Message>('When', ({ createdAt, deliveredAt }) => deliveredAt ?? createdAt),
}

const tableFields = ['id', 'to', 'letter', 'state', 'when'] as const
const pipeFields = [
  'id',
  'to',
  'letter',
  'subject',
  'state',
  'attempts',
  'last-error',
  'created',
  'delivered',
] as const

/** The full reason why a message was not delivered, with the next step if it never will be. */
function undeliveredReason(message: Listed, { chalk }: Pick<View, 'chalk'>): string[] {
  const { id, to, state, lastError, expiredUnsent } = message
  if (lastError && expiredUnsent)
    return [
      `${chalk.yellow('!')} Message ${id} never went to ${oneLine(to)}. ${oneLine(lastError)}`,
      `  ssh-admin users reset-password ${oneLine(shellWord(to))}`,
    ]
  if (!lastError || !isUndelivered(message)) return []
  const [what, next] =
    state === 'failed'
      ? ['failed', ['  ssh-admin mail send --failed']]
      : state === 'unknown'
        ? ['may have been sent', [`  ssh-admin mail show ${id}`]]
        : ['waits', ['  ssh-admin mail send']]
  return [`${chalk.yellow('!')} Message ${id} to ${oneLine(to)} ${what}: ${oneLine(lastError)}`, ...next]
}

/** Why a requested message was cancelled. */
function cancelledReason({ id, to, state, lastError }: Message, { chalk }: Pick<View, 'chalk'>): string[] {
  if (state !== 'cancelled' || !lastError) return []
  return [`${chalk.dim('·')} Message ${id} to ${oneLine(to)} is cancelled. ${oneLine(lastError)}`]
}

/** Renders the messages that a command acted on. */
function renderMessages(messages: readonly Message[], view: View): string {
  if (!view.isTerminal)
    return messages
      .map((message) => tsvLine(pipeFields.map((name) => messageFields[name].value(message))))
      .join('\n')
  // The notices explain an empty result.
  if (messages.length === 0) return ''
  const fields: Field<Message>[] = tableFields.map((name) => messageFields[name])
  return table(
    fields.map(({ heading }) => heading),
    messages.map((message) => fields.map((one) => (one.shown ?? one.value)(message, view))),
    view,
    { key: tableFields.indexOf('to') },
  )
}

interface ShownMessage {
  message: Message
  /** The file it was written to, prefixed by the host if that is another machine. */
  written: string | null
  text: string
  /** The HTML file written by this command. */
  page: string | null
}

/** One message: its facts, then its text. */
function renderMessage({ message, written, text, page }: ShownMessage, view: View): string {
  const { id, to, subject, state, attempts, lastError, createdAt, deliveredAt } = message
  const time = (iso: string) => (view.isTerminal ? plainTime(iso) : iso)
  const facts: Fact[] = [
    ['State', lastError ? `${state}: ${lastError}` : state],
    ['Tries', attempts],
    ['Queued', time(createdAt)],
    [state === 'written' ? 'Written' : 'Sent', deliveredAt === null ? null : time(deliveredAt)],
    ['File', written],
    ['Page', page],
  ]
  const lines = view.isTerminal
    ? [view.chalk.bold(oneLine(`Message ${id}: ${subject}`)), '', ...factLines([['To', to], ...facts])]
    : forPipe([['Message', id], ['To', to], ['Subject', subject], ...facts])
  return [...lines, '', ...text.trimEnd().split('\n').map(oneLine)].join('\n')
}

function forPipe(facts: readonly Fact[]): string[] {
  return facts.flatMap(([name, value]) =>
    value === null ? [] : [`${`${name}:`.padEnd(11)}${oneLine(value)}`],
  )
}
