import { mutation } from '../../cli/define.ts'
import { each, withValues } from '../../cli/parameters.ts'
import { changedResourcesJson, renderChangedResources } from '../../render/resources.ts'
import { forEachTarget } from '../../rules/batch.ts'
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
    act: (trx, ctx, { id: ids }) => forEachTarget(trx, ids, (id) => withdrawResource(trx, { id, ctx })),
    confirm: { question: withdrawalQuestion, comparable: comparableResources },
    render: renderChangedResources,
    json: changedResourcesJson,
  })
