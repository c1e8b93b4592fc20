import { renderChangedUsers, usersJson } from '../../render/users.ts'
import { removeUser } from '../../rules/users/remove.ts'
import { mutation } from '../../cli/define.ts'
import { usersArgument } from '../../cli/parameters.ts'
import { comparableUsers, questionAbout } from './questions.ts'
import { changeEachUser } from '../../rules/users/changed.ts'

export const remove = () =>
  mutation({
    name: 'remove',
    summary: 'take users out of their centre, and keep the accounts',
    description:
      'Take users out of their centre: every role there goes, and with it every service. The accounts remain.',
    args: {
      email: usersArgument('user'),
    },
    examples: ['ssh-admin users remove amira@school.example --yes'],
    act: (trx, ctx, { email: emails }) =>
      changeEachUser(trx, { emails, ctx }, (email) => removeUser(trx, { email, ctx })),
    confirm: {
      question: (removed) =>
        questionAbout(removed, {
          verb: 'Remove',
          where: ' from the centre',
          effect: 'Every role and service there goes; the account remains.',
        }),
      comparable: comparableUsers,
    },
    render: renderChangedUsers,
    json: usersJson,
  })
