import { renderRolesOf } from '../../render/roles.ts'
import { usersJson } from '../../render/users.ts'
import { grantRoles } from '../../rules/roles/grant.ts'
import { mutation } from '../../cli/define.ts'
import { argument, orName, each, withValues } from '../../cli/parameters.ts'
import { offeredRoles } from '../../rules/roles/catalogue.ts'

export const grant = () =>
  mutation({
    name: 'grant',
    summary: 'give somebody roles',
    description:
      "Give somebody roles of their centre's services. ssh-admin roles list names them; administrative rights are given with users edit.",
    args: {
      email: orName('user', argument('the address or name of the user')),
      role: withValues(offeredRoles, each('the roles')),
    },
    examples: ['ssh-admin roles grant amira@school.example access-to-scripts'],
    act: (trx, ctx, { email, role: roles }) => grantRoles(trx, { email, roles, ctx }),
    render: renderRolesOf,
    json: (changed, mail) => usersJson([changed], mail),
  })
