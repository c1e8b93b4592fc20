import { preparedMutation } from '../../cli/define.ts'
import { flag, option, optionOf, type ValuesOf } from '../../cli/parameters.ts'
import { number, optional, wholeNumber } from '../../cli/typed-values.ts'
import { phasesOn } from '../../cli/phases.ts'
import { failedMessages, findMessages, requeueFailed, waitingMessages } from '../../db/outbox.ts'
import type { OpenStore } from '../../db/store/open.ts'
import { timeOf, type Trx } from '../../db/transact.ts'
import type { Delivered } from '../../mail/deliver.ts'
import { countedStates, messageOf, renderMessages } from '../../render/messages.ts'
import { count } from '../../render/text.ts'
import { sendLettersOfImport } from '../../rules/mail/activation-letters.ts'
import type { RuleContext } from '../../rules/permissions/actor.ts'
import { permit } from '../../rules/permissions/decide.ts'

const options = {
  due: flag('only those whose pause is over'),
  failed: flag('only those that were refused for good, again'),
  import: option(
    '<id>',
    'the activation letters of this import',
    optional(wholeNumber('the number of an import', { min: 1 })),
  ),
  rate: option(
    '<count>',
    'at most so many messages a second',
    optional(number('a number of messages a second', { above: 0 })),
  ),
  progress: optionOf(['json'], '<form>', 'how far it is, on stderr: json for a document a line'),
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
      const { checkMailSettings } = await import('../../mail/smtp-settings.ts')
      checkMailSettings(settings)
      return { ...typed, dryRun }
    },
    act: async (trx, ctx, request): Promise<Sending> => {
      await queueFirst(trx, request, ctx)
      const numbers = await waiting(trx, request)
      const rows = request.dryRun ? await findMessages(trx, numbers) : []
      return { numbers, others: 0, messages: rows.map(messageOf), undelivered: false }
    },
    // They go out below: also those that waited before.
    mailWaits: true,
    afterCommit: async ({ numbers }, { by, request, session, store }) => {
      const { deliverQueued, refusedNotices } = await import('../../mail/deliver.ts')
      const refused = await failedMessages(store.db, { importId: request.import }).catch(() => [])
      for (const notice of refusedNotices(refused)) session.notify(notice)
      const { rate, progress } = request
      const counting = await phasesOn(session, progress).countMessages(numbers.length)
      const delivered = await deliverQueued({ store, session, by, numbers, rate, counting })
      const others = request.failed ? await othersWaiting(store.db, { numbers, importId: request.import }) : 0
      if (others > 0)
        session.notify({
          code: 'mail-waiting',
          message: `${count(others, 'message')} that ${others === 1 ? 'was' : 'were'} not refused still ${others === 1 ? 'waits' : 'wait'}. To send ${others === 1 ? 'it' : 'them'}: ssh-admin mail send`,
        })
      return { numbers, others, ...delivered }
    },
    render: ({ messages }, view) => renderMessages(messages, view),
    json: ({ messages }) => ({ messages, total: messages.length }),
    say: ({ messages, others }) => [
      messages.length > 0
        ? `${countedStates(messages)}.`
        : others > 0
          ? 'None was refused.'
          : 'Nothing waits.',
    ],
    exit: ({ undelivered }) => (undelivered ? 9 : 0),
  })

/** Those that wait and were never refused; the sending is done, whether they can be counted or not. */
async function othersWaiting(
  db: OpenStore['db'],
  { numbers, importId }: { numbers: readonly number[]; importId: number | undefined },
): Promise<number> {
  const own = new Set(numbers)
  const waits = await waitingMessages(db, { importId }).catch(() => [])
  return waits.filter((id) => !own.has(id)).length
}

interface Sending extends Delivered {
  /** Of the messages that wait. */
  numbers: readonly number[]
  /** How many wait that were not asked for. */
  others: number
}

async function queueFirst(trx: Trx, { import: importId }: SendOptions, ctx: RuleContext): Promise<void> {
  if (importId === undefined) permit(ctx, 'mail.send', { name: 'the outbox' })
  else await sendLettersOfImport(trx, { importId, ctx })
}

function waiting(trx: Trx, { due, failed, import: importId }: SendOptions): Promise<number[]> {
  if (failed) return requeueFailed(trx, { importId })
  return waitingMessages(trx, { dueAt: due ? timeOf(trx) : undefined, importId })
}
