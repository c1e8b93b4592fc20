import * as z from 'zod'
import { sampleOf } from '../../mail/values.ts'
import { messageOf } from '../../render/messages.ts'
import { letterCalled } from '../../rules/templates/edit.ts'
import { previewLetter } from '../../rules/templates/preview.ts'
import { mutation } from '../../cli/define.ts'
import { argument, orName, requiredOption, withValues } from '../../cli/parameters.ts'
import { offeredLetters } from '../../rules/mail/letters.ts'

export const preview = () =>
  mutation({
    name: 'preview',
    summary: 'send a letter to yourself, to see how it reads',
    description: 'Send a letter as it reads now, about an invented person. Nothing in it opens anything.',
    args: {
      name: withValues(
        offeredLetters,
        argument('the name that templates list shows', z.string().transform(letterCalled)),
      ),
    },
    options: {
      to: orName('user', requiredOption('<email>', 'who gets it')),
    },
    examples: ['ssh-admin templates preview invitation --to me@office.example'],
    act: (trx, ctx, { name: letter, to: email }) =>
      previewLetter(trx, { letter, email, sample: sampleOf(letter, 'with'), ctx }),
    render: ({ letter, to_address }) => `The letter ${letter}, as it reads now, for ${to_address}.`,
    json: (row, mail) => ({
      name: row.letter,
      changed: false,
      mail: mail.length > 0 ? mail : [messageOf(row)],
    }),
  })
