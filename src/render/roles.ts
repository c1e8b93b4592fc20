import type { Role } from '../rules/roles/catalogue.ts'
import type { ChangedUser } from '../rules/users/changed.ts'
import type { Checked } from '../rules/permissions/check.ts'
import { matrix, othersRow, staffRow } from '../rules/permissions/matrix.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import { field } from './fields.ts'
import type { JsonAnswer, JsonItem } from './json.ts'
import type { View } from './table.ts'
import { markOf } from './text.ts'

const givers: Readonly<Record<NonNullable<Role['given']>, string>> = {
  'by-staff': 'Cambridge staff only',
  derived: 'nobody: follows from others',
  'by-coordinator-commands': 'the coordinator commands',
  'by-admin-rights': 'users add, users edit',
}

function giverOf({ given }: Role): string {
  return given ? givers[given] : 'roles grant'
}

/** What is said of a role, as `--json` says it. */
export function roleJson(role: Role): JsonItem<'roleList'> {
  return {
    name: role.name,
    service: role.service,
    shared: role.shared ?? false,
    givenBy: giverOf(role),
    does: role.does,
  }
}

export const roleFields = {
  name: field<Role>('Role', ({ name }) => name),
  service: field<Role>('Service', ({ service }) => service),
  shared: field<Role>('Shared', ({ shared }) => (shared ? 'shared' : '')),
  'given-by': field<Role>('Given by', giverOf),
  does: field<Role>('Lets its holder', ({ does }) => does),
}

/** Whole: a table would cut what it lets its holder do. */
export function roleInFull(role: Role, { chalk }: Pick<View, 'chalk'>): string[] {
  const { name, service, shared, does } = role
  return [
    `${chalk.bold(name)} (${service}${shared ? ', shared' : ''}; given by ${giverOf(role)})`,
    `  ${does}`,
  ]
}

/** Who may do what, as the office writes it. */
export function matrixJson(): Extract<JsonAnswer<'roleList'>, { matrix: unknown }> {
  const rows = [staffRow, ...matrix, othersRow].map(({ actor, may }) => ({ actor, may }))
  return { matrix: rows, total: rows.length }
}

const remarks =
  'What is not written is not allowed. Nobody changes the address or the PIN of an account that holds a role which they neither have nor may grant there, nor their own roles or their own address.'

export function renderMatrix(view: View): string {
  const rows = [...matrixJson().matrix]
  if (!view.isTerminal) return rows.map(({ actor, may }) => tsvLine([actor, may])).join('\n')
  const { chalk } = view
  const lines = rows.map(({ actor, may }) => `${chalk.bold(actor)}\n  ${may}`)
  return `${lines.join('\n')}\n\n${remarks}`
}

export function renderChecked({ actor, action, target, allowed, rule }: Checked, view: View): string {
  if (!view.isTerminal) return tsvLine([allowed ? 'yes' : 'no', rule])
  const { chalk } = view
  const word = allowed ? chalk.green('Yes') : chalk.red('No')
  return `${word}: ${oneLine(actor)} ${allowed ? 'may' : 'may not'} do that (${action}) to ${oneLine(target)}.\n  The rule: ${oneLine(rule)}.`
}

/** The roles somebody has now. */
export function renderRolesOf({ account, outcome }: ChangedUser, view: View): string {
  const { email, roles } = account
  const changed = outcome !== 'unchanged'
  if (!view.isTerminal) return tsvLine([email, roles.join(','), changed ? 'changed' : 'unchanged'])
  const mark = markOf(changed, view)
  return `${mark} ${oneLine(email)} ${changed ? 'has now' : 'has already'}: ${roles.length > 0 ? roles.join(', ') : 'no role'}.`
}
