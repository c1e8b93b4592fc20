import * as z from 'zod'
import { listMessages, messageStates } from '../../db/outbox.ts'
import { commaList, wholeNumberOf } from '../../cli/options.ts'
import { messageOf, messagesJson, renderMessages } from '../../render/messages.ts'
import { letters } from '../../rules/mail/letters.ts'
import { unknownName } from '../../rules/unknown-name.ts'
import { query } from '../../cli/define.ts'
import { option, repeated } from '../../cli/parameters.ts'

export const list = () =>
  query({
    name: 'list',
    summary: 'show messages and what became of them',
    description: 'List messages, newest first: what waits, what was written or sent, what failed and why.',
    options: {
      state: repeated(
        '<state>',
        messageStates.join(', '),
        commaList.transform((names) => names.map(stateNamed)),
      ),
      letter: option(
        '<name>',
        `one of ${Object.keys(letters).join(', ')}`,
        z.string().transform(letterNamed).optional(),
      ),
      to: option('<email>', 'to this address'),
      import: option(
        '<id>',
        'of this import',
        wholeNumberOf('the number of an import').pipe(z.number().min(1, 'at least 1')).optional(),
      ),
      limit: option(
        '<count>',
        'at most so many',
        wholeNumberOf('a whole number').pipe(z.number().min(1, 'at least 1')).optional(),
      ),
    },
    examples: ['ssh-admin mail list', 'ssh-admin mail list --state queued,failed'],
    read: ({ db }, _ctx, { state: states, letter, to, import: importId, limit }) =>
      listMessages(db, { states, letter, to: to?.trim().toLowerCase(), importId, limit }),
    render: ({ rows }, view) => renderMessages(rows.map(messageOf), view),
    json: ({ rows, total }) => messagesJson(rows, total),
  })

function stateNamed(name: string) {
  const state = messageStates.find((one) => one === name.toLowerCase())
  if (state) return state
  throw unknownName({ kind: 'state', name, known: messageStates })
}

function letterNamed(name: string): string {
  if (Object.hasOwn(letters, name)) return name
  throw unknownName({ kind: 'letter', name, known: Object.keys(letters) })
}
