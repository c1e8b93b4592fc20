import { closingQuestion, renderClosing } from '../../render/closing.ts'
import { renderRolesOf } from '../../render/roles.ts'
import { usersJson } from '../../render/users.ts'
import { withWhatCloses } from '../../rules/users/changed.ts'
import { revokeRoles } from '../../rules/roles/revoke.ts'
import { mutation } from '../../cli/define.ts'
import { argument, orName, each, withValues } from '../../cli/parameters.ts'
import { offeredRoles } from '../../rules/roles/catalogue.ts'
import { comparableUsers } from '../users/questions.ts'

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
    act: async (trx, ctx, { email, role: roles }) =>
      withWhatCloses(trx, ctx, [await revokeRoles(trx, { email, roles, ctx })]),
    confirm: {
      question: ([changed]) =>
        changed && closingQuestion(changed.closes ?? [], `Take these roles of ${changed.account.email} away`),
      comparable: comparableUsers,
    },
    render: (revoked, view) =>
      revoked
        .flatMap((changed) => [renderRolesOf(changed, view), ...renderClosing(changed.closes ?? [], view)])
        .join('\n'),
    json: usersJson,
  })
