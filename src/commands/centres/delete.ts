import { z } from 'zod'
import { centresJson, centreTitle, renderChangedCentres } from '../../render/centres.ts'
import { count } from '../../render/text.ts'
import { type DeletedCentre, deleteCentre } from '../../rules/delete-centre.ts'
import { forEachTarget } from '../../rules/several.ts'
import { changing, changingCommand, example } from '../command.ts'
import { centreNumbers } from './numbers.ts'

export const deletion = changingCommand('delete')
  .summary('delete centres; restore gives them back')
  .description(
    'Delete centres. While a centre is deleted its users cannot sign in; nothing of theirs is lost, and restoring it gives everyone back what they had.',
  )
  .argument('<centre...>', 'the centre numbers; - reads them from stdin, one a line')
  .addHelpText('after', example('ssh-admin centres delete EG001 --yes'))
  .action(
    changing({
      options: z.object({ centre: centreNumbers }),
      act:
        ({ centre: centres }, given) =>
        (trx) =>
          forEachTarget(trx, centres, (centre) => deleteCentre(trx, { centre, given })),
      question: deletionQuestion,
      render: renderChangedCentres,
      json: centresJson,
    }),
  )

const most = 20

function deletionQuestion(deleted: readonly DeletedCentre[]): string | undefined {
  const touched = deleted.filter(({ outcome }) => outcome !== 'unchanged')
  const [first] = touched
  if (!first) return undefined
  const users = touched.reduce((sum, { centre }) => sum + (centre.user_count ?? 0), 0)
  const cared = touched.reduce((sum, { associateCentres }) => sum + associateCentres, 0)
  const one = touched.length === 1
  const then = [
    users === 0
      ? `${one ? 'It has' : 'They have'} no users; nothing is lost.`
      : `${one ? 'Its' : 'Their'} ${count(users, 'user')} cannot sign in until ${one ? 'it is' : 'they are'} restored; nothing is lost.`,
    ...(cared > 0
      ? [
          `The ${count(cared, 'associate centre')} ${one ? 'it looks after' : 'they look after'} ${cared === 1 ? 'stays' : 'stay'} as ${cared === 1 ? 'it is' : 'they are'}.`,
        ]
      : []),
  ].join(' ')
  if (one) return `Delete ${centreTitle(first.centre)}? ${then}`
  const names = touched.slice(0, most).map(({ centre }) => `  ${centreTitle(centre)}`)
  const more = touched.length > most ? [`  … and ${touched.length - most} more`] : []
  return [`Delete these ${touched.length} centres? ${then}`, ...names, ...more, ' '].join('\n')
}
