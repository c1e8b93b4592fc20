import { listing, mutation, query } from '../cli/define.ts'
import { flag, argument, orName, each, withValues, option } from '../cli/parameters.ts'
import {
  matrixJson,
  renderMatrix,
  roleFields,
  roleInFull,
  roleJson,
  renderRolesOf,
  renderChecked,
} from '../render/roles.ts'
import { catalogue, offeredRoles } from '../rules/roles/catalogue.ts'
import { usersJson } from '../render/users.ts'
import { grantRoles, revokeRoles } from '../rules/roles/grant.ts'
import { closingQuestion, renderClosing } from '../render/closing.ts'
import { withWhatCloses } from '../rules/users/changed.ts'
import { comparableUsers } from './users/questions.ts'
import * as z from 'zod'
import { checkPermission } from '../rules/permissions/check.ts'
import { actions } from '../rules/permissions/matrix.ts'

export const list = () =>
  listing({
    name: 'list',
    summary: 'list the roles, or who may do what',
    description:
      'List the roles, the service each belongs to, who gives it, and what it lets its holder do. With --matrix: who may do what.\nIn a pipe: role, service, shared, who gives it, what it does; or actor, what they may do.',
    options: { matrix: flag('who may do what') },
    examples: ['ssh-admin roles list', 'ssh-admin roles list --matrix'],
    singular: 'role',
    answer: 'roleList',
    key: 'roles',
    fields: roleFields,
    id: 'name',
    inFull: roleInFull,
    // What a role lets its holder do is what the list is for.
    dropOrder: ['given-by', 'shared', 'service'],
    instead: ({ matrix }, view) => (matrix ? { text: renderMatrix(view), json: matrixJson() } : undefined),
    all: () => catalogue,
    json: roleJson,
    none: 'No role fits.',
  })

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
