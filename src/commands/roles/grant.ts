import * as z from 'zod'
import { renderRolesOf } from '../../render/roles.ts'
import { usersJson } from '../../render/users.ts'
import { grantRoles } from '../../rules/roles/grant.ts'
import { mutation } from '../../cli/mutation.ts'
import { mutationCommand, example } from '../../cli/command.ts'

const Options = z.object({ email: z.string(), role: z.array(z.string()) })

export const grant = () =>
  mutationCommand('grant')
    .summary('give somebody roles')
    .description(
      "Give somebody roles of their centre's services. ssh-admin roles list names them; administrative rights are given with users edit.",
    )
    .argument('<email>', 'the address of the user')
    .argument('<role...>', 'the roles')
    .addHelpText('after', example('ssh-admin roles grant amira@school.example access-to-scripts'))
    .action(
      mutation({
        options: Options,
        act:
          ({ email, role: roles }, ctx) =>
          (trx) =>
            grantRoles(trx, { email, roles, ctx }),
        render: renderRolesOf,
        json: (changed, mail) => usersJson([changed], mail),
      }),
    )
