import { renderChangedUsers, usersJson } from '../../render/users.ts'
import { changeEachUser } from '../../rules/users/changed.ts'
import { moveUser } from '../../rules/users/move.ts'
import { mutation } from '../../cli/define.ts'
import { allowName, requiredOption, usersArgument } from '../../cli/parameters.ts'
import { comparableUsers, questionAbout } from './questions.ts'

export const move = () =>
  mutation({
    name: 'move',
    summary: 'move users to another centre',
    description:
      'Move users to another centre, all or none. The roles at the old one go; an administrator is a teacher at the new one.',
    args: { email: usersArgument('user') },
    options: {
      to: allowName('centre', requiredOption('<centre>', 'the number or name of the new centre')),
    },
    examples: [
      'ssh-admin users move amira@school.example --to EG002 --yes',
      'ssh-admin users move amira@school.example omar@school.example --to EG002 --yes',
    ],
    act: (trx, ctx, { email: emails, to }) =>
      changeEachUser(trx, { emails, ctx }, (email) => moveUser(trx, { email, to, ctx })),
    confirm: {
      question: (moved, { request: { to } }) =>
        questionAbout(moved, {
          verb: 'Move',
          where: ` to ${to.toUpperCase()}`,
          effect: 'The roles they have now go.',
        }),
      comparable: comparableUsers,
    },
    render: renderChangedUsers,
    json: usersJson,
  })
