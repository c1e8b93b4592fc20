import * as z from 'zod'
import { renderChecked } from '../../render/roles.ts'
import { checkPermission } from '../../rules/permissions/check.ts'
import { query } from '../../cli/define.ts'
import { argument, orName, option, withValues } from '../../cli/parameters.ts'
import { offeredRoles } from '../../rules/roles/catalogue.ts'
import { actions } from '../../rules/permissions/matrix.ts'

export const check = () =>
  query({
    name: 'check',
    summary: 'say whether somebody may do something, and by which rule',
    description:
      'Say whether somebody may do something to a user or at a centre, and which rule says so. An action is named as its command is: users.suspend, coordinator.change, roles.grant.\nIn a pipe: yes or no, and the rule.',
    args: {
      email: orName('user', argument('who would do it')),
      action: withValues(actions, argument('what: users.suspend')),
      target: orName('user-or-centre', argument('to whom, or where: a person or a centre')),
    },
    options: {
      role: withValues(offeredRoles, option('<role>', 'the role to be granted or revoked')),
      field: withValues(
        ['address'],
        option('<field>', 'what is edited, where that matters: address', z.enum(['address']).optional()),
      ),
    },
    examples: ['ssh-admin roles check amira@school.example users.suspend omar@school.example'],
    read: ({ db }, ctx, question) => checkPermission(db, { ...question, ctx }),
    render: renderChecked,
    json: (checked) => checked,
  })
