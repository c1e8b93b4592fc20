import { centresJson, renderChangedCentres } from '../../render/centres.ts'
import { restoreCentre } from '../../rules/centres/restore.ts'
import { renderWithOpening } from '../../render/closing.ts'
import { mutation } from '../../cli/define.ts'
import { centresArgument, changeEachCentre } from './each-centre.ts'

export const restore = () =>
  mutation({
    name: 'restore',
    summary: 'give deleted centres back',
    description:
      'Restore deleted centres as they were, and their users with the access they had. What is released and open at this moment opens for them again, and the answer says what does.',
    args: { centre: centresArgument() },
    examples: ['ssh-admin centres restore EG001'],
    act: (trx, ctx, { centre: centres }) =>
      changeEachCentre(trx, { centres, ctx }, (centre) => restoreCentre(trx, { centre, ctx })),
    render: (done, view) => renderWithOpening(renderChangedCentres(done.result, view), done, view),
    json: ({ result, opens }) => ({ ...centresJson(result), opened: opens }),
  })
