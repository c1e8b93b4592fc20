import { centresJson, renderChangedCentres } from '../../render/centres.ts'
import { restoreCentre } from '../../rules/centres/restore.ts'
import { forEachTarget } from '../../rules/batch.ts'
import { mutation } from '../../cli/define.ts'
import { orName, each } from '../../cli/parameters.ts'
import { centreNumbers } from './options.ts'

export const restore = () =>
  mutation({
    name: 'restore',
    summary: 'give deleted centres back',
    description: 'Restore deleted centres as they were, and their users with the access they had.',
    args: {
      centre: orName(
        'centre',
        each('the centre numbers or names; - reads numbers from stdin, one a line', centreNumbers),
      ),
    },
    examples: ['ssh-admin centres restore EG001'],
    act: (trx, ctx, { centre: centres }) =>
      forEachTarget(trx, centres, (centre) => restoreCentre(trx, { centre, ctx })),
    render: renderChangedCentres,
    json: centresJson,
  })
