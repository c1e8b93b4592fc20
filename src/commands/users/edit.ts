import type { Kysely } from 'kysely'
import { preparedMutation } from '../../cli/define.ts'
import {
  negatableFlag,
  option,
  listOption,
  type ValuesOf,
  withCompletions,
  userArgument,
} from '../../cli/parameters.ts'
import { requireTerminal } from '../../cli/confirm.ts'
import { address } from '../../cli/typed-arguments.ts'
import { listOf, optional } from '../../cli/typed-values.ts'
import { ask, askSeveral } from '../../cli/prompt.ts'
import type { Terminal } from '../../cli/terminal.ts'
import type { Store } from '../../db/schema.ts'
import { findLiveUser } from '../../db/users/users.ts'
import { withClosing } from '../../render/closing.ts'
import { personAndCentre, renderChangedUsers, usersJson } from '../../render/users.ts'
import { editNotices } from '../../render/user-notices.ts'
import {
  catalogue,
  givenSites,
  roleChoices,
  sites,
  titleOfRole,
  titleOfSite,
} from '../../rules/roles/catalogue.ts'
import { resolveRole, resolveSite } from '../../rules/roles/resolve.ts'
import type { Account } from '../../rules/users/account.ts'
import { userTarget, addClosedReleases } from '../../rules/users/changed.ts'
import { permit } from '../../rules/permissions/decide.ts'
import { type Changes, type EditedUser, editUser } from '../../rules/users/edit.ts'
import { isAnotherAddress, readNewAddress } from '../../rules/users/email.ts'
import { findUser } from '../../rules/users/find.ts'
import { comparableAccount, comparableUser } from './questions.ts'

const rolesTyped = listOf((name) => resolveRole(name).name)

const options = {
  firstName: option('<name>', 'another first name'),
  lastName: option('<name>', 'another last name'),
  email: option('<email>', 'a new address', optional(address)),
  admin: negatableFlag({ on: 'give administrative rights', off: 'take administrative rights away' }),
  addSite: withCompletions(
    sites,
    listOption('<site>', `give access to this site: ${givenSites.join(', ')}`, listOf(resolveSite)),
  ),
  removeSite: withCompletions(
    sites,
    listOption('<site>', 'take access to this site away', listOf(resolveSite)),
  ),
  addRole: withCompletions(roleChoices, listOption('<role>', 'give this role (help roles)', rolesTyped)),
  removeRole: withCompletions(roleChoices, listOption('<role>', 'take this role away', rolesTyped)),
}

type Options = { user: string } & ValuesOf<typeof options>

interface Request {
  user: string
  changes: Changes
  options: Options
}

export const edit = () =>
  preparedMutation({
    name: 'edit',
    summary: 'change the name, address, rights, sites or roles of a user',
    description:
      'Change what is named. A changed address is told to the old one and the new one, and open links are void. ' +
      'Without any option, at a terminal, asks for each, showing what it is now.',
    args: { user: userArgument() },
    options,
    examples: [
      "ssh-admin users edit amira@school.example --last-name 'El Haddad'",
      'ssh-admin users edit amira@school.example --admin --yes',
    ],
    prepare: async (options, session): Promise<Request> => {
      if (hasNoChanges(options)) {
        const question = `What shall be changed of ${options.user}?`
        requireTerminal(session, { flag: flags, question, add: ['--last-name', 'NAME'] })
      }
      return { user: options.user, changes: changesIn(options), options }
    },
    complete: async (request, { session, store, ctx }) => {
      if (!hasNoChanges(request.options)) return request
      const acting = await ctx()
      const { at, actor } = acting
      const account = await findUser(store.db, { email: request.user, at, actor })
      permit(acting, 'users.edit', userTarget(account))
      return {
        ...request,
        changes: await promptForChanges({ terminal: session.terminal, db: store.db }, account),
      }
    },
    act: async (trx, ctx, { user, changes }) =>
      addClosedReleases(trx, ctx, [await editUser(trx, { email: user, changes, ctx })]),
    confirm: {
      question: ([edited]) => edited && editQuestion(edited),
      comparable: (edited) => edited.map((one) => [comparableUser(one), comparableAccount(one.before)]),
      mayAsk: (options) => hasNoChanges(options) || needsConfirmation(options),
    },
    render: renderChangedUsers,
    json: usersJson,
    notices: editNotices,
  })

const flags = '--first-name, --last-name, --email, --admin, --add-site, --add-role or --remove-role'

function hasNoChanges({ user: _, firstName, lastName, email, admin, ...lists }: Options): boolean {
  const named = [firstName, lastName, email, admin].some((value) => value !== undefined)
  return !named && Object.values(lists).every((values) => values.length === 0)
}

/** Whether a confirmation is needed: for an address or rights. */
function needsConfirmation({ email, admin, addRole, removeRole }: Options): boolean {
  const roles = [...addRole, ...removeRole]
  return email !== undefined || admin !== undefined || roles.length > 0
}

function changesIn(options: Options): Changes {
  const { firstName, lastName, email, admin } = options
  return {
    firstName,
    lastName,
    email,
    admin,
    addSites: options.addSite,
    removeSites: options.removeSite,
    addRoles: options.addRole,
    removeRoles: options.removeRole,
  }
}

function editQuestion({ before, account, closes = [] }: EditedUser): string | undefined {
  const gained = account.roles.filter((role) => !before.roles.includes(role))
  const lost = before.roles.filter((role) => !account.roles.includes(role))
  // Another spelling of the same domain sends no letter.
  const told = isAnotherAddress(before, account) ? '; both addresses are told, and open links are void' : ''
  const effects = [
    ...(before.email === account.email ? [] : [`The address becomes ${account.email}${told}.`]),
    ...(gained.length > 0 ? [`They get the role ${gained.join(', ')}.`] : []),
    ...(lost.length > 0 ? [`They lose the role ${lost.join(', ')}.`] : []),
  ]
  return effects.length > 0
    ? withClosing(`Edit ${personAndCentre(before)}? ${effects.join(' ')}`, { closes })
    : undefined
}

/** Prompts for each editable fact, with its present value. */
async function promptForChanges(
  { terminal, db }: { terminal: Terminal; db: Kysely<Store> },
  account: Account,
): Promise<Changes> {
  const check = (text: string) => wrongAddress(text, { account, db })
  const firstName = await ask(terminal, { question: 'First name:', current: account.firstName })
  const lastName = await ask(terminal, { question: 'Last name:', current: account.lastName })
  const email = await ask(terminal, { question: 'E-mail:', current: account.email, check })
  const sites = await askChanges(terminal, {
    question: 'Sites:',
    names: givenSites,
    titleOf: titleOfSite,
    held: account.sites,
  })
  const roles = await askChanges(terminal, {
    question: 'Roles:',
    names: tickableRoles(account),
    titleOf: titleOfRole,
    held: account.roles,
  })
  return {
    firstName,
    lastName,
    email,
    addSites: sites.added,
    removeSites: sites.taken,
    addRoles: roles.added,
    removeRoles: roles.taken,
  }
}

/** Without the hub role for coordinators, which is granted and revoked by the coordinator commands. */
function tickableRoles({ hubRole }: Account): string[] {
  const others = catalogue.filter(({ grantedBy }) => grantedBy === undefined || grantedBy === 'by-staff')
  return [...(hubRole === 'coordinator' ? [] : ['admin']), ...others.map(({ name }) => name)]
}

interface CheckboxQuestion {
  question: string
  names: readonly string[]
  titleOf: (name: string) => string
  held: readonly string[]
}

async function askChanges(
  terminal: Terminal,
  { question, names, titleOf, held }: CheckboxQuestion,
): Promise<{ added: string[]; taken: string[] }> {
  const choices = names.map((name) => ({ value: name, name: titleOf(name), checked: held.includes(name) }))
  const selected = await askSeveral<string>(terminal, { question, choices })
  return {
    added: selected.filter((name) => !held.includes(name)),
    taken: names.filter((name) => held.includes(name) && !selected.includes(name)),
  }
}

/** The rule's own refusal, while the value can still be corrected; an unchanged address is not validated. */
async function wrongAddress(
  text: string,
  { account, db }: { account: Account; db: Kysely<Store> },
): Promise<string | undefined> {
  if (text === account.email) return undefined
  const address = readNewAddress(text)
  if (!('key' in address)) return `The address ${address.problem}`
  const holder = await findLiveUser(db, address.key)
  return holder && holder.id !== account.id ? 'Somebody has this address already' : undefined
}
