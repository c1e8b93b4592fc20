import { centresJson, renderChangedCentres } from '../../render/centres.ts'
import { restoreCentre } from '../../rules/centres/restore.ts'
import { forEachTarget } from '../../rules/batch.ts'
import { lookUpCentres, readCentreNumber } from '../../rules/centres/find.ts'
import { noticingWhatCloses } from '../../rules/releases/what-closes.ts'
import { renderWithOpening } from '../../render/closing.ts'
import { mutation } from '../../cli/define.ts'
import { orName, each } from '../../cli/parameters.ts'
import { centreNumbers } from './options.ts'

export const restore = () =>
  mutation({
    name: 'restore',
    summary: 'give deleted centres back',
    description:
      'Restore deleted centres as they were, and their users with the access they had. What is released and open at this moment opens for them again, and the answer says what does.',
    args: {
      centre: orName(
        'centre',
        each('the centre numbers or names; - reads numbers from stdin, one a line', centreNumbers),
      ),
    },
    examples: ['ssh-admin centres restore EG001'],
    act: (trx, ctx, { centre: centres }) =>
      noticingWhatCloses(trx, {
        scope: { numbers: centres.flatMap((centre) => readCentreNumber(centre) ?? []) },
        ctx,
        work: () =>
          forEachTarget(
            trx,
            centres,
            (centre) => restoreCentre(trx, { centre, ctx }),
            lookUpCentres(trx, ctx),
          ),
      }),
    render: (done, view) => renderWithOpening(renderChangedCentres(done.result, view), done, view),
    json: ({ result, opens }) => ({ ...centresJson(result), opened: opens }),
  })
