import * as z from 'zod'
import { renderRolesOf } from '../../render/roles.ts'
import { usersJson } from '../../render/users.ts'
import { grantRoles } from '../../rules/roles/grant.ts'
import { changing } from '../../cli/mutation.ts'
import { changingCommand, example } from '../../cli/command.ts'

const Options = z.object({ email: z.string(), role: z.array(z.string()) })

export const grant = changingCommand('grant')
  .summary('give somebody roles')
  .description(
    "Give somebody roles of their centre's services. ssh-admin roles list names them; administrative rights are given with users edit.",
  )
  .argument('<email>', 'the address of the user')
  .argument('<role...>', 'the roles')
  .addHelpText('after', example('ssh-admin roles grant amira@school.example access-to-scripts'))
  .action(
    changing({
      options: Options,
      act:
        ({ email, role: roles }, given) =>
        (trx) =>
          grantRoles(trx, { email, roles, given }),
      render: renderRolesOf,
      json: (changed, mail) => usersJson([changed], mail),
    }),
  )
