import * as z from 'zod'
import { renderChecked } from '../../render/roles.ts'
import { checkPermission } from '../../rules/permissions/check.ts'
import { command, example } from '../../cli/command.ts'
import { query } from '../../cli/query.ts'

const Options = z.object({
  email: z.string(),
  action: z.string(),
  target: z.string(),
  role: z.string().optional(),
  field: z.enum(['address']).optional(),
})

export const check = () =>
  command('check')
    .summary('say whether somebody may do something, and by which rule')
    .description(
      'Say whether somebody may do something to a user or at a centre, and which rule says so. An action is named as its command is: users.suspend, coordinator.change, roles.grant.\nIn a pipe: yes or no, and the rule.',
    )
    .argument('<email>', 'who would do it')
    .argument('<action>', 'what: users.suspend')
    .argument('<target>', 'to whom, or where: an address or a centre number')
    .option('--role <role>', 'the role to be granted or revoked')
    .option('--field <field>', 'what is edited, where that matters: address')
    .addHelpText(
      'after',
      example('ssh-admin roles check amira@school.example users.suspend omar@school.example'),
    )
    .action(
      query({
        options: Options,
        read: (question, ctx, { db }) => checkPermission(db, { ...question, ctx }),
        render: renderChecked,
        json: (checked) => checked,
      }),
    )
