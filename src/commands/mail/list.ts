import * as z from 'zod'
import { countMessages, messageStates, streamMessages } from '../../db/outbox.ts'
import { mapPages } from '../../db/pages.ts'
import { listOf, optional, wholeNumber } from '../../cli/typed-values.ts'
import { messageFields, messageOf, messagesInPipe, messagesInTable } from '../../render/messages.ts'
import { letters, offeredLetters } from '../../rules/mail/letters.ts'
import { unknownName } from '../../rules/unknown-name.ts'
import { listing } from '../../cli/define.ts'
import { orName, option, repeated, withValues } from '../../cli/parameters.ts'

export const list = () =>
  listing({
    name: 'list',
    summary: 'show messages and what became of them',
    description: 'List messages, newest first: what waits, what was written or sent, what failed and why.',
    options: {
      state: withValues(messageStates, repeated('<state>', messageStates.join(', '), listOf(stateNamed))),
      letter: withValues(
        offeredLetters,
        option(
          '<name>',
          `one of ${Object.keys(letters).join(', ')}`,
          z.string().transform(letterNamed).optional(),
        ),
      ),
      to: orName('past-user', option('<email>', 'to this person')),
      import: withValues(
        { stored: 'import' },
        option('<id>', 'of this import', optional(wholeNumber('the number of an import', { min: 1 }))),
      ),
    },
    examples: ['ssh-admin mail list', 'ssh-admin mail list --state queued,failed'],
    singular: 'message',
    answer: 'messageList',
    key: 'messages',
    fields: messageFields,
    table: messagesInTable,
    pipe: messagesInPipe,
    id: 'id',
    find: async ({ store: { db } }, { state: states, letter, to, import: importId }) => {
      const filter = { states, letter, to: to?.trim().toLowerCase(), importId }
      return {
        rows: ({ reverse, limit }) => mapPages(streamMessages(db, { ...filter, reverse, limit }), messageOf),
        count: () => countMessages(db, filter),
      }
    },
    json: (message) => message,
    none: 'No messages.',
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
