import { centresJson, centreTitle, renderChangedCentres } from '../../render/centres.ts'
import { comparableClosing, renderWithClosing, withClosing } from '../../render/closing.ts'
import { count, questionAboutMany } from '../../render/text.ts'
import { type DeletedCentre, deleteCentre, restoreCentre } from '../../rules/centres/delete.ts'
import { mutation } from '../../cli/define.ts'
import { comparableCentres } from './options.ts'
import * as z from 'zod'
import { variadicArgument, allowName, type Parameter } from '../../cli/parameters.ts'
import type { Trx } from '../../db/transact.ts'
import { forEachTarget } from '../../rules/batch.ts'
import { lookUpCentres, readCentreNumber } from '../../rules/centres/find.ts'
import type { RuleContext } from '../../rules/permissions/actor.ts'
import { trackClosings } from '../../rules/releases/what-closes.ts'

export const deleteCommand = () =>
  mutation({
    name: 'delete',
    summary: 'delete centres; restore gives them back',
    description:
      'Delete centres. While a centre is deleted its users cannot sign in; nothing of theirs is lost, and restoring it gives everyone back what they had.',
    args: { centre: centresArgument() },
    examples: ['ssh-admin centres delete EG001 --yes'],
    act: (trx, ctx, { centre: centres }) =>
      changeEachCentre(trx, { centres, ctx }, (centre) => deleteCentre(trx, { centre, ctx })),
    confirm: {
      question: (done) => withClosing(deletionQuestion(done.result), done),
      comparable: ({ result, closes }) => [comparableCentres(result), comparableClosing({ closes })],
    },
    render: (done, view) => renderWithClosing(renderChangedCentres(done.result, view), done, view),
    json: ({ result, closes }) => ({ ...centresJson(result), closed: [...closes] }),
  })

/** The question, naming the centres and the consequences; undefined if nothing would change. */
export function deletionQuestion(deleted: readonly DeletedCentre[]): string | undefined {
  const changed = deleted.filter(({ outcome }) => outcome !== 'unchanged')
  const [first] = changed
  if (!first) return undefined
  const consequences = [...usersSentence(changed), ...associateCentresSentence(changed)].join(' ')
  if (changed.length === 1) return `Delete ${centreTitle(first.centre)}? ${consequences}`
  const titles = changed.map(({ centre }) => centreTitle(centre))
  return questionAboutMany(`Delete these ${changed.length} centres? ${consequences}`, titles)
}

function usersSentence(changed: readonly DeletedCentre[]): string[] {
  const users = changed.reduce((sum, { centre }) => sum + (centre.user_count ?? 0), 0)
  const isOne = changed.length === 1
  if (users === 0) return [`${isOne ? 'It has' : 'They have'} no users; nothing is lost.`]
  const possessive = isOne ? 'Its' : 'Their'
  const subject = users === 1 ? `${possessive} user` : `${possessive} ${count(users, 'user')}`
  return [`${subject} cannot sign in until ${isOne ? 'it is' : 'they are'} restored; nothing is lost.`]
}

function associateCentresSentence(changed: readonly DeletedCentre[]): string[] {
  const total = changed.reduce((sum, { associateCentres }) => sum + associateCentres, 0)
  if (total === 0) return []
  const relativeClause = changed.length === 1 ? 'it looks after' : 'they look after'
  if (total === 1) return [`The associate centre ${relativeClause} stays as it is.`]
  return [`The ${count(total, 'associate centre')} ${relativeClause} stay as they are.`]
}

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
    render: (done, view) => renderWithClosing(renderChangedCentres(done.result, view), done, view),
    json: ({ result, opens }) => ({ ...centresJson(result), opened: opens }),
  })

/** Centre numbers as typed, without duplicates. */
const centreNumbers = z
  .array(z.string())
  .transform((numbers) => numbers.map((number) => readCentreNumber(number) ?? number.trim()))

/** The argument for the centres that a command changes. */
function centresArgument(): Parameter<string[]> {
  const what = 'the centre numbers or names; - reads numbers from stdin, one a line'
  return allowName('centre', variadicArgument(what, centreNumbers))
}

/** Changes all centres or none, and reports what this closed and opened. */
function changeEachCentre<Result>(
  trx: Trx,
  { centres, ctx }: { centres: readonly string[]; ctx: RuleContext },
  rule: (centre: string) => Promise<Result>,
) {
  return trackClosings(trx, {
    scope: { numbers: centres.flatMap((centre) => readCentreNumber(centre) ?? []) },
    ctx,
    work: () => forEachTarget(trx, centres, rule, lookUpCentres(trx, ctx)),
  })
}
