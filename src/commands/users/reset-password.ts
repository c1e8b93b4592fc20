import { renderChangedUsers, usersJson } from '../../render/users.ts'
import { lockedOutNotices } from '../../render/user-notices.ts'
import { resetPassword } from '../../rules/users/reset-password.ts'
import { type ChangedUser, changeEachUser } from '../../rules/users/changed.ts'
import { mutation } from '../../cli/define.ts'
import { usersArgument } from '../../cli/parameters.ts'
import { comparableUsers, questionAbout } from './questions.ts'

export const reset = () =>
  mutation({
    name: 'reset-password',
    summary: 'send users a message that lets them choose a password',
    description:
      'Send a reset message, or a fresh set-up message to users who have no password yet. Earlier unused links are void.',
    args: {
      email: usersArgument('user'),
    },
    examples: ['ssh-admin users reset-password amira@school.example --yes'],
    act: (trx, ctx, { email: emails }) =>
      changeEachUser(trx, { emails, ctx }, (email) => resetPassword(trx, { email, ctx })),
    confirm: {
      question: (sent) =>
        questionAbout(sent, {
          verb: 'Send a message to choose a password to',
          effect: `${presentPasswordsText(sent)} Earlier unused links are void.`.trimStart(),
        }),
      comparable: comparableUsers,
    },
    render: renderChangedUsers,
    json: usersJson,
    notices: lockedOutNotices,
  })

/** The sentence about existing passwords, for users who have one. */
function presentPasswordsText(sent: readonly ChangedUser[]): string {
  const invited = sent.filter(({ account }) => account.status === 'invited').length
  if (invited === sent.length) return ''
  return invited === 0
    ? 'The present password works until a new one is chosen.'
    : 'Whoever has a password keeps it until a new one is chosen.'
}
