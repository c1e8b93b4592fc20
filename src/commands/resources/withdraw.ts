import { mutation } from '../../cli/define.ts'
import { each, withValues } from '../../cli/parameters.ts'
import { comparableClosing, renderWithClosing, withClosing } from '../../render/closing.ts'
import { changedResourcesJson, renderChangedResources } from '../../render/resources.ts'
import { forEachTarget } from '../../rules/batch.ts'
import { noticingWhatCloses } from '../../rules/releases/what-closes.ts'
import { lookUpResources } from '../../rules/resources/resource.ts'
import { withdrawResource } from '../../rules/resources/withdraw.ts'
import { comparableResources, withdrawalQuestion } from './questions.ts'

export const withdraw = () =>
  mutation({
    name: 'withdraw',
    summary: 'let a file for centres open for nobody any more',
    description:
      'Withdraw resources: they open for nobody until they are restored. Nothing is deleted, and who has a file keeps it.',
    args: {
      id: withValues({ stored: 'resource' }, each('the numbers; - reads them from stdin, one a line')),
    },
    examples: ['ssh-admin resources withdraw 1 --yes'],
    act: (trx, ctx, { id: ids }) =>
      noticingWhatCloses(trx, {
        ctx,
        work: () => forEachTarget(trx, ids, (id) => withdrawResource(trx, { id, ctx }), lookUpResources(trx)),
      }),
    confirm: {
      question: (done) => withClosing(withdrawalQuestion(done.result), done),
      comparable: ({ result, closes }) => [comparableResources(result), comparableClosing(closes)],
    },
    render: (done, view) => renderWithClosing(renderChangedResources(done.result, view), done, view),
    json: ({ result, closes }) => ({ ...changedResourcesJson(result), closed: [...closes] }),
  })
