import { renderRolesOf } from '../../render/roles.ts'
import { usersJson } from '../../render/users.ts'
import { revokeRoles } from '../../rules/roles/revoke.ts'
import { mutation } from '../../cli/define.ts'
import { argument, orName, each, withValues } from '../../cli/parameters.ts'
import { offeredRoles } from '../../rules/roles/catalogue.ts'

export const revoke = () =>
  mutation({
    name: 'revoke',
    summary: 'take roles away from somebody',
    description: 'Take roles away from somebody. Their account, and everything else they hold, stays.',
    args: {
      email: orName('user', argument('the address or name of the user')),
      role: withValues(offeredRoles, each('the roles')),
    },
    examples: ['ssh-admin roles revoke amira@school.example access-to-scripts'],
    act: (trx, ctx, { email, role: roles }) => revokeRoles(trx, { email, roles, ctx }),
    render: renderRolesOf,
    json: (changed, mail) => usersJson([changed], mail),
  })
