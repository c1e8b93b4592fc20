import * as z from 'zod'
import { renderRolesOf } from '../../render/roles.ts'
import { usersJson } from '../../render/users.ts'
import { revokeRoles } from '../../rules/roles/revoke.ts'
import { mutation } from '../../cli/mutation.ts'
import { mutationCommand, example } from '../../cli/command.ts'

const Options = z.object({ email: z.string(), role: z.array(z.string()) })

export const revoke = () =>
  mutationCommand('revoke')
    .summary('take roles away from somebody')
    .description('Take roles away from somebody. Their account, and everything else they hold, stays.')
    .argument('<email>', 'the address of the user')
    .argument('<role...>', 'the roles')
    .addHelpText('after', example('ssh-admin roles revoke amira@school.example access-to-scripts'))
    .action(
      mutation({
        options: Options,
        act:
          ({ email, role: roles }, ctx) =>
          (trx) =>
            revokeRoles(trx, { email, roles, ctx }),
        render: renderRolesOf,
        json: (changed, mail) => usersJson([changed], mail),
      }),
    )
