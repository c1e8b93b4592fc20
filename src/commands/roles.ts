import { listing, mutation, preparedQuery } from '../cli/define.ts'
import {
  flag,
  argument,
  allowName,
  variadicArgument,
  withCompletions,
  option,
  checkedWithoutStore,
} from '../cli/parameters.ts'
import { catalogue, roleChoices, type Role } from '../rules/roles/catalogue.ts'
import { usersJson } from '../render/users.ts'
import { grantRoles, refuseUnknownRoles, revokeRoles } from '../rules/roles/grant.ts'
import { closingQuestion, renderWithClosing } from '../render/closing.ts'
import { addClosedReleases, type ChangedUser } from '../rules/users/changed.ts'
import { comparableUsers } from './users/questions.ts'
import * as z from 'zod'
import { optional, checkedText } from '../cli/typed-values.ts'
import { resolveRole } from '../rules/roles/resolve.ts'
import { checkPermission, type PermissionCheck, parseRight } from '../rules/permissions/check.ts'
import { actions, matrix, othersRow, staffRow } from '../rules/permissions/matrix.ts'
import { oneLine, tsvLine } from '../render/clean-text.ts'
import { field } from '../render/fields.ts'
import type { JsonAnswer, JsonItem } from '../render/json.ts'
import type { View } from '../render/table.ts'
import { changeMark } from '../render/text.ts'

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
    expandRow: roleInFull,
    // The powers are dropped last: the list exists for them.
    dropOrder: ['given-by', 'shared', 'service'],
    instead: ({ matrix }, view) => (matrix ? { text: renderMatrix(view), json: matrixJson() } : undefined),
    all: () => catalogue,
    json: roleJson,
    emptyMessage: 'No role fits.',
  })

export const grant = () =>
  mutation({
    name: 'grant',
    summary: 'give somebody roles',
    description:
      "Give somebody roles of their centre's services. ssh-admin roles list names them; administrative rights are given with users edit.",
    args: {
      email: allowName('user', argument('the address or name of the user')),
      role: rolesArgument(),
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
      email: allowName('user', argument('the address or name of the user')),
      role: rolesArgument(),
    },
    examples: ['ssh-admin roles revoke amira@school.example access-to-scripts'],
    act: async (trx, ctx, { email, role: roles }) =>
      addClosedReleases(trx, ctx, [await revokeRoles(trx, { email, roles, ctx })]),
    confirm: {
      question: ([changed]) =>
        changed && closingQuestion(changed, `Take these roles of ${changed.account.email} away`),
      comparable: comparableUsers,
    },
    render: (revoked, view) =>
      revoked.map((changed) => renderWithClosing(renderRolesOf(changed, view), changed, view)).join('\n'),
    json: usersJson,
  })

export const check = () =>
  preparedQuery({
    name: 'check',
    summary: 'say whether somebody may do something, and by which rule',
    description:
      'Say whether somebody may do something to a user or at a centre, and which rule says so. An action is named as its command is: users.suspend, coordinator.change, roles.grant.\nIn a pipe: yes or no, and the rule.',
    args: {
      email: allowName('user', argument('who would do it')),
      action: withCompletions(actions, argument('what: users.suspend')),
      target: allowName('user-or-centre', argument('to whom, or where: a person or a centre')),
    },
    options: {
      role: withCompletions(
        roleChoices,
        option('<role>', 'the role to be granted or revoked', optional(checkedText(resolveRole))),
      ),
      field: withCompletions(
        ['address'],
        option('<field>', 'what is edited, where that matters: address', z.enum(['address']).optional()),
      ),
    },
    examples: ['ssh-admin roles check amira@school.example users.suspend omar@school.example'],
    prepare: async (question) => ({ ...question, ...parseRight(question) }),
    read: ({ db }, ctx, question) => checkPermission(db, { ...question, ctx }),
    render: renderPermission,
    json: (checked) => checked,
  })

function rolesArgument() {
  return checkedWithoutStore(refuseUnknownRoles, withCompletions(roleChoices, variadicArgument('the roles')))
}

const granters: Readonly<Record<NonNullable<Role['grantedBy']>, string>> = {
  'by-staff': 'Cambridge staff only',
  derived: 'nobody: follows from others',
  'by-coordinator-commands': 'the coordinator commands',
  'by-admin-rights': 'users add, users edit',
}

function granterOf({ grantedBy }: Role): string {
  return grantedBy ? granters[grantedBy] : 'roles grant'
}

/** A role in `--json`. */
function roleJson(role: Role): JsonItem<'roleList'> {
  return {
    name: role.name,
    service: role.service,
    shared: role.shared ?? false,
    givenBy: granterOf(role),
    does: role.does,
  }
}

const roleFields = {
  name: field<Role>('Role', ({ name }) => name),
  service: field<Role>('Service', ({ service }) => service),
  shared: field<Role>('Shared', ({ shared }) => (shared ? 'shared' : '')),
  'given-by': field<Role>('Given by', granterOf),
  does: field<Role>('Lets its holder', ({ does }) => does),
}

/** A role in full: a table would truncate its powers. */
function roleInFull(role: Role, { chalk }: Pick<View, 'chalk'>): string[] {
  const { name, service, shared, does, grantedBy } = role
  // The words for these two already say who grants the role.
  const saysWho = grantedBy === 'by-staff' || grantedBy === 'derived'
  const who = saysWho ? '' : `; given by ${granterOf(role)}`
  return [`${chalk.bold(name)} (${service}${shared ? ', shared' : ''}${who})`, `  ${does}`]
}

/** The permission matrix in the office's words. */
function matrixJson(): Extract<JsonAnswer<'roleList'>, { matrix: unknown }> {
  const rows = [staffRow, ...matrix, othersRow].map(({ actor, may }) => ({ actor, may }))
  return { matrix: rows, total: rows.length }
}

const remarks =
  'What is not written is not allowed. Nobody changes the address or the PIN of an account that holds a role which they neither have nor may grant there, nor their own roles or their own address.'

function renderMatrix(view: View): string {
  const rows = [...matrixJson().matrix]
  if (!view.isTerminal) return rows.map(({ actor, may }) => tsvLine([actor, may])).join('\n')
  const { chalk } = view
  const lines = rows.map(({ actor, may }) => `${chalk.bold(actor)}\n  ${may}`)
  return `${lines.join('\n')}\n\n${remarks}`
}

function renderPermission({ actor, action, target, allowed, rule }: PermissionCheck, view: View): string {
  if (!view.isTerminal) return tsvLine([allowed ? 'yes' : 'no', rule])
  const { chalk } = view
  const word = allowed ? chalk.green('Yes') : chalk.red('No')
  return `${word}: ${oneLine(actor)} ${allowed ? 'may' : 'may not'} do that (${action}) to ${oneLine(target)}.\n  The rule: ${oneLine(rule)}.`
}

/** The user's roles after the change. */
function renderRolesOf({ account, outcome }: ChangedUser, view: View): string {
  const { email, roles } = account
  const changed = outcome !== 'unchanged'
  if (!view.isTerminal) return tsvLine([email, roles.join(','), changed ? 'changed' : 'unchanged'])
  const mark = changeMark(changed, view)
  return `${mark} ${oneLine(email)} ${changed ? 'has now' : 'has already'}: ${roles.length > 0 ? roles.join(', ') : 'no role'}.`
}
