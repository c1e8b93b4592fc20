import { renderChangedUsers, usersJson } from '../../render/users.ts'
import { type ChangedUser, changeEachUser } from '../../rules/users/changed.ts'
import { holdings } from '../../rules/refusals.ts'
import { suspendUser } from '../../rules/users/suspend.ts'
import { mutation } from '../../cli/define.ts'
import { usersArgument } from '../../cli/parameters.ts'
import { comparableUsers, questionAbout } from './questions.ts'

export const suspend = () =>
  mutation({
    name: 'suspend',
    summary: 'stop users signing in',
    description:
      'Stop users signing in. Their records and history stay as they are; their unused links and PINs are void.',
    args: {
      email: usersArgument('user'),
    },
    examples: ['ssh-admin users suspend amira@school.example --yes'],
    act: (trx, ctx, { email: emails }) =>
      changeEachUser(trx, { emails, ctx }, (email) => suspendUser(trx, { email, ctx })),
    confirm: { question: suspensionQuestion, comparable: comparableUsers },
    render: renderChangedUsers,
    json: usersJson,
  })

function suspensionQuestion(suspended: readonly ChangedUser[]): string | undefined {
  const held = suspended.filter(({ account }) => account.progressionTests.learnerGroups > 0)
  const [holder] = held
  const still =
    held.length === 1 && holder
      ? ` ${suspended.length === 1 ? 'They' : holder.account.email} will still hold ${holdings(holder.account.progressionTests)}.`
      : held.length > 1
        ? ` ${held.length} of them will still hold Progression Test data.`
        : ''
  return questionAbout(suspended, { verb: 'Suspend', effect: `They cannot sign in until restored.${still}` })
}
