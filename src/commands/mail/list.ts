import * as z from 'zod'
import { listMessages, messageStates } from '../../db/outbox.ts'
import { list as commaList, repeated, wholeNumberOf } from '../../cli/options.ts'
import { messageOf, messagesJson, renderMessages } from '../../render/messages.ts'
import { letters } from '../../rules/mail/letters.ts'
import { unknownName } from '../../rules/unknown-name.ts'
import { command, example } from '../../cli/command.ts'
import { query } from '../../cli/query.ts'

const Options = z.object({
  state: commaList.transform((names) => names.map(stateNamed)),
  letter: z.string().transform(letterNamed).optional(),
  to: z.string().optional(),
  import: wholeNumberOf('the number of an import').pipe(z.number().min(1, 'at least 1')).optional(),
  limit: wholeNumberOf('a whole number').pipe(z.number().min(1, 'at least 1')).optional(),
})

export const list = () =>
  command('list')
    .summary('show messages and what became of them')
    .description('List messages, newest first: what waits, what was written or sent, what failed and why.')
    .option('--state <state>', messageStates.join(', '), repeated)
    .option('--letter <name>', `one of ${Object.keys(letters).join(', ')}`)
    .option('--to <email>', 'to this address')
    .option('--import <id>', 'of this import')
    .option('--limit <count>', 'at most so many')
    .addHelpText('after', example('ssh-admin mail list', 'ssh-admin mail list --state queued,failed'))
    .action(
      query({
        options: Options,
        read: ({ state: states, letter, to, import: importId, limit }, _given, { db }) =>
          listMessages(db, { states, letter, to: to?.trim().toLowerCase(), importId, limit }),
        render: ({ rows }, view) => renderMessages(rows.map(messageOf), view),
        json: ({ rows, total }) => messagesJson(rows, total),
      }),
    )

function stateNamed(name: string) {
  const state = messageStates.find((one) => one === name.toLowerCase())
  if (state) return state
  throw unknownName({ kind: 'state', name, known: messageStates })
}

function letterNamed(name: string): string {
  if (Object.hasOwn(letters, name)) return name
  throw unknownName({ kind: 'letter', name, known: Object.keys(letters) })
}
