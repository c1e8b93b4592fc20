import { lockedOutNotices, renderChangedUsers, usersJson } from '../../render/users.ts'
import { resetPassword } from '../../rules/users/reset-password.ts'
import { forEachTarget } from '../../rules/batch.ts'
import { mutation } from '../../cli/define.ts'
import { orName, each } from '../../cli/parameters.ts'
import { comparableUsers, questionAbout } from './questions.ts'

export const reset = () =>
  mutation({
    name: 'reset-password',
    summary: 'send users a message that lets them choose a password',
    description:
      'Send a reset message, or a fresh set-up message to users who have no password yet. Earlier unused links are void.',
    args: {
      email: orName('user', each("the users' addresses or names; - reads addresses from stdin, one a line")),
    },
    examples: ['ssh-admin users reset-password amira@school.example --yes'],
    act: (trx, ctx, { email: emails }) =>
      forEachTarget(trx, emails, (email) => resetPassword(trx, { email, ctx })),
    confirm: {
      question: (sent) =>
        questionAbout(sent, {
          verb: 'Send a message to choose a password to',
          effect: 'The present password works until a new one is chosen; earlier unused links are void.',
        }),
      comparable: comparableUsers,
    },
    render: renderChangedUsers,
    json: usersJson,
    notices: lockedOutNotices,
  })
