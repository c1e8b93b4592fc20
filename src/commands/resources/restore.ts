import { mutation } from '../../cli/define.ts'
import { each, withValues } from '../../cli/parameters.ts'
import { renderWithOpening } from '../../render/closing.ts'
import { changedResourcesJson, renderChangedResources } from '../../render/resources.ts'
import { forEachTarget } from '../../rules/batch.ts'
import { lookUpResources } from '../../rules/resources/resource.ts'
import { noticingWhatCloses } from '../../rules/releases/what-closes.ts'
import { restoreResource } from '../../rules/resources/withdraw.ts'

export const restore = () =>
  mutation({
    name: 'restore',
    summary: 'let a withdrawn file open again',
    description:
      'Take a withdrawal back: the resource opens again for those for whom its releases open it, who are named.',
    args: {
      id: withValues({ stored: 'resource' }, each('the numbers; - reads them from stdin, one a line')),
    },
    examples: ['ssh-admin resources restore 1'],
    act: (trx, ctx, { id: ids }) =>
      noticingWhatCloses(trx, {
        ctx,
        work: () => forEachTarget(trx, ids, (id) => restoreResource(trx, { id, ctx }), lookUpResources(trx)),
      }),
    render: (done, view) => renderWithOpening(renderChangedResources(done.result, view), done, view),
    json: ({ result, opens }) => ({ ...changedResourcesJson(result), opened: opens }),
  })
