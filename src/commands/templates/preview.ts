import * as z from 'zod'
import { sampleOf } from '../../mail/values.ts'
import { messageOf } from '../../render/messages.ts'
import { letterCalled } from '../../rules/templates/edit.ts'
import { previewLetter } from '../../rules/templates/preview.ts'
import { mutation } from '../../cli/mutation.ts'
import { mutationCommand, example } from '../../cli/command.ts'

const Options = z.object({ name: z.string().transform(letterCalled), to: z.string() })

export const preview = () =>
  mutationCommand('preview')
    .summary('send a letter to yourself, to see how it reads')
    .description('Send a letter as it reads now, about an invented person. Nothing in it opens anything.')
    .argument('<name>', 'the name that templates list shows')
    .requiredOption('--to <email>', 'who gets it')
    .addHelpText('after', example('ssh-admin templates preview invitation --to me@office.example'))
    .action(
      mutation({
        options: Options,
        act:
          ({ name: letter, to: email }, ctx) =>
          (trx) =>
            previewLetter(trx, { letter, email, sample: sampleOf(letter, 'with'), ctx }),
        render: ({ letter, to_address }) => `The letter ${letter}, as it reads now, for ${to_address}.`,
        json: (row, mail) => ({
          name: row.letter,
          changed: false,
          mail: mail.length > 0 ? mail : [messageOf(row)],
        }),
      }),
    )
