import { command } from '../../cli/define.ts'
import { flag, option, type ValuesOf } from '../../cli/parameters.ts'
import { number, optional, wholeNumber } from '../../cli/typed-values.ts'
import { progressOn } from '../../cli/progress.ts'
import type { Session } from '../../cli/session.ts'
import type { Terminal } from '../../cli/terminal.ts'
import { failedMessages, findMessages, requeueFailed, waitingMessages } from '../../db/outbox.ts'
import type { OpenStore } from '../../db/store/open.ts'
import { timeOf, type Trx } from '../../db/transact.ts'
import type { Counting, Delivered } from '../../mail/deliver.ts'
import { countedStates, messageOf, renderMessages } from '../../render/messages.ts'
import { sendLettersOfImport } from '../../rules/mail/activation-letters.ts'
import type { RuleContext } from '../../rules/permissions/actor.ts'
import { permit } from '../../rules/permissions/decide.ts'

const options = {
  due: flag('only those whose pause is over'),
  failed: flag('only those that were refused for good, again'),
  import: option(
    '<id>',
    'the activation letters of this import',
    optional(wholeNumber('the number of an import', { least: 1 })),
  ),
  rate: option(
    '<count>',
    'at most so many messages a second',
    optional(number('a number of messages a second', { above: 0 })),
  ),
}

type SendOptions = ValuesOf<typeof options>

export const send = () =>
  command({
    name: 'send',
    summary: 'send the messages that wait',
    description:
      'Send every message that waits, now. With --due only those whose pause is over, for cron. With --failed those that the server refused are tried again. With --import the users of an import who have not activated are first owed the letter that says how to use the PIN.',
    options,
    examples: ['ssh-admin mail send', 'ssh-admin mail send --due', 'ssh-admin mail send --failed'],
    changes: true,
    run: async (options, session) => {
      const { dryRun } = session.common
      const { checkMailSettings } = await import('../../mail/smtp-settings.ts')
      checkMailSettings(session.settings)
      const store = await session.open(dryRun ? 'rehearse' : 'use')
      try {
        const { messages, undelivered } = await (dryRun ? rehearsed : sent)(options, { session, store })
        const { out } = session.terminal
        const said = dryRun ? 'This was a rehearsal: nothing was sent.' : `${countedStates(messages)}.`
        return {
          text: renderMessages(messages, out),
          json: { messages, total: messages.length },
          say: [messages.length === 0 ? 'Nothing waits.' : said],
          exit: undelivered ? 9 : 0,
        }
      } finally {
        await store.close()
      }
    },
  })

interface SendingContext {
  session: Session
  store: OpenStore
}

async function rehearsed(options: SendOptions, { session, store }: SendingContext): Promise<Delivered> {
  const rows = await session.rehearse(store, async (trx, ctx) => {
    await queueFirst(trx, options, ctx)
    return findMessages(trx, await waiting(trx, options))
  })
  return { messages: rows.map(messageOf), undelivered: false }
}

async function sent(options: SendOptions, { session, store }: SendingContext): Promise<Delivered> {
  const { deliverQueued, refusedNotices } = await import('../../mail/deliver.ts')
  const { result: numbers, by } = await session.commit(store, async (trx, ctx) => {
    await queueFirst(trx, options, ctx)
    return waiting(trx, options)
  })
  const refused = await failedMessages(store.db, { importId: options.import })
  for (const notice of refusedNotices(refused)) session.notify(notice)
  const counting = await countingOf(session.terminal, numbers.length)
  return deliverQueued({ store, session, by, numbers, rate: options.rate, counting })
}

async function queueFirst(trx: Trx, { import: importId }: SendOptions, ctx: RuleContext): Promise<void> {
  if (importId === undefined) permit(ctx, 'mail.send', { name: 'the outbox' })
  else await sendLettersOfImport(trx, { importId, ctx })
}

function waiting(trx: Trx, { due, failed, import: importId }: SendOptions): Promise<number[]> {
  if (failed) return requeueFailed(trx, { importId })
  return waitingMessages(trx, { dueAt: due ? timeOf(trx) : undefined, importId })
}

/** A line on stderr that counts the messages; silent where nobody watches, or when there are few. */
export async function countingOf(terminal: Terminal, total: number): Promise<Counting> {
  if (total < 5) return { say: () => undefined, stop: () => undefined }
  const progress = await progressOn(terminal, `${total} messages …`)
  return {
    say: (done) =>
      progress.say(`${done.toLocaleString('en-GB')} of ${total.toLocaleString('en-GB')} messages …`),
    stop: progress.stop,
  }
}
