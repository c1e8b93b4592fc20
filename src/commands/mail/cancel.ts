import * as z from 'zod'
import { messageOf, renderMessages } from '../../render/messages.ts'
import { cancelMessageById } from '../../rules/mail/cancel.ts'
import { forEachTarget } from '../../rules/batch.ts'
import { mutation } from '../../cli/mutation.ts'
import { mutationCommand, example } from '../../cli/command.ts'

const Options = z.object({ id: z.array(z.string()) })

export const cancel = () =>
  mutationCommand('cancel')
    .summary('do not send messages that wait')
    .description('Cancel messages that wait. What they carry stays valid; nobody has it.')
    .argument('<id...>', 'the numbers that mail list shows; - reads them from stdin, one a line')
    .addHelpText('after', example('ssh-admin mail cancel 1'))
    .action(
      mutation({
        options: Options,
        act:
          ({ id: ids }, ctx) =>
          (trx) =>
            forEachTarget(trx, ids, (id) => cancelMessageById(trx, { id, ctx })),
        render: (cancelled, view) =>
          renderMessages(
            cancelled.map(({ row }) => messageOf(row)),
            view,
          ),
        json: (cancelled) => ({
          messages: cancelled.map(({ row, changed }) => ({ ...messageOf(row), changed })),
          total: cancelled.length,
        }),
      }),
    )
