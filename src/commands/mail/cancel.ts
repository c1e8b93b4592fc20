import { messageOf, renderMessages } from '../../render/messages.ts'
import { cancelMessageById, lookUpMessages } from '../../rules/mail/cancel.ts'
import { forEachTarget } from '../../rules/batch.ts'
import { mutation } from '../../cli/define.ts'
import { each } from '../../cli/parameters.ts'

export const cancel = () =>
  mutation({
    name: 'cancel',
    summary: 'do not send messages that wait',
    description: 'Cancel messages that wait. What they carry stays valid; nobody has it.',
    args: { id: each('the numbers that mail list shows; - reads them from stdin, one a line') },
    examples: ['ssh-admin mail cancel 1'],
    act: (trx, ctx, { id: ids }) =>
      forEachTarget(trx, ids, (id) => cancelMessageById(trx, { id, ctx }), lookUpMessages(trx)),
    render: (cancelled, view) =>
      renderMessages(
        cancelled.map(({ row }) => messageOf(row)),
        view,
      ),
    json: (cancelled) => ({
      messages: cancelled.map(({ row, changed }) => ({ ...messageOf(row), changed })),
      total: cancelled.length,
    }),
  })
