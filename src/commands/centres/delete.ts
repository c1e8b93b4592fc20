import { centresJson, renderChangedCentres } from '../../render/centres.ts'
import { comparableClosing, renderWithClosing, withClosing } from '../../render/closing.ts'
import { readCentreNumber } from '../../rules/centres/find.ts'
import { noticingWhatCloses } from '../../rules/releases/what-closes.ts'
import { deleteCentre } from '../../rules/centres/delete.ts'
import { forEachTarget } from '../../rules/batch.ts'
import { mutation } from '../../cli/define.ts'
import { orName, each } from '../../cli/parameters.ts'
import { comparableCentres, centreNumbers } from './options.ts'
import { deletionQuestion } from './plan-import.ts'

export const deletion = () =>
  mutation({
    name: 'delete',
    summary: 'delete centres; restore gives them back',
    description:
      'Delete centres. While a centre is deleted its users cannot sign in; nothing of theirs is lost, and restoring it gives everyone back what they had.',
    args: {
      centre: orName(
        'centre',
        each('the centre numbers or names; - reads numbers from stdin, one a line', centreNumbers),
      ),
    },
    examples: ['ssh-admin centres delete EG001 --yes'],
    act: (trx, ctx, { centre: centres }) =>
      noticingWhatCloses(trx, {
        meant: { numbers: centres.flatMap((centre) => readCentreNumber(centre) ?? []) },
        ctx,
        work: () => forEachTarget(trx, centres, (centre) => deleteCentre(trx, { centre, ctx })),
      }),
    confirm: {
      question: (done) => withClosing(deletionQuestion(done.result), done),
      comparable: ({ result, closes }) => [comparableCentres(result), comparableClosing(closes)],
    },
    render: (done, view) => renderWithClosing(renderChangedCentres(done.result, view), done, view),
    json: ({ result, closes }) => ({ ...centresJson(result), closed: [...closes] }),
  })
