import { closingQuestion, renderClosing } from '../../render/closing.ts'
import { renderRolesOf } from '../../render/roles.ts'
import { usersJson } from '../../render/users.ts'
import { revokeRoles } from '../../rules/roles/revoke.ts'
import { mutation } from '../../cli/define.ts'
import { argument, orName, each, withValues } from '../../cli/parameters.ts'
import { offeredRoles } from '../../rules/roles/catalogue.ts'
import { comparableUser } from '../users/questions.ts'

export const revoke = () =>
  mutation({
    name: 'revoke',
    summary: 'take roles away from somebody',
    description:
      'Take roles away from somebody. Their account, and everything else they hold, stays. You are asked first where it would close for them what is released and open.',
    args: {
      email: orName('user', argument('the address or name of the user')),
      role: withValues(offeredRoles, each('the roles')),
    },
    examples: ['ssh-admin roles revoke amira@school.example access-to-scripts'],
    act: (trx, ctx, { email, role: roles }) => revokeRoles(trx, { email, roles, ctx }),
    confirm: {
      question: ({ account, closes = [] }) =>
        closingQuestion(closes, `Take these roles of ${account.email} away`),
      comparable: comparableUser,
    },
    render: (changed, view) =>
      [renderRolesOf(changed, view), ...renderClosing(changed.closes ?? [], view)].join('\n'),
    json: (changed, mail) => usersJson([changed], mail),
  })
