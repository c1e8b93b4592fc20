import * as z from 'zod'
import { renderChecked } from '../../render/roles.ts'
import { checkPermission } from '../../rules/permissions/check.ts'
import { query } from '../../cli/define.ts'
import { argument, orName, option } from '../../cli/parameters.ts'

export const check = () =>
  query({
    name: 'check',
    summary: 'say whether somebody may do something, and by which rule',
    description:
      'Say whether somebody may do something to a user or at a centre, and which rule says so. An action is named as its command is: users.suspend, coordinator.change, roles.grant.\nIn a pipe: yes or no, and the rule.',
    args: {
      email: orName('user', argument('who would do it')),
      action: argument('what: users.suspend'),
      target: orName('user-or-centre', argument('to whom, or where: a person or a centre')),
    },
    options: {
      role: option('<role>', 'the role to be granted or revoked'),
      field: option('<field>', 'what is edited, where that matters: address', z.enum(['address']).optional()),
    },
    examples: ['ssh-admin roles check amira@school.example users.suspend omar@school.example'],
    read: ({ db }, ctx, question) => checkPermission(db, { ...question, ctx }),
    render: renderChecked,
    json: (checked) => checked,
  })
