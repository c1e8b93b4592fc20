import { looksLikeCentreNumber } from '../../cli/names-typed.ts'
import { listing } from '../../cli/define.ts'
import { importNumber, listOf, optional } from '../../cli/typed-values.ts'
import { allowName, flag, option, listOption, type ValuesOf, withCompletions } from '../../cli/parameters.ts'
import { countUsers, streamUsers, userOrders, type UserFilter } from '../../db/users/list.ts'
import { mapPages } from '../../db/rows.ts'
import type { UserPart } from '../../db/users/users.ts'
import { listedUserJson, userFields } from '../../render/users.ts'
import { describeVisibility, visibleCentres } from '../../rules/permissions/decide.ts'
import { accountOf, isHubRole, pinExpiryCutoff } from '../../rules/users/account.ts'
import { sites, roleChoices } from '../../rules/roles/catalogue.ts'
import type { Kysely } from 'kysely'
import type { Store, UserStatus } from '../../db/schema.ts'
import { wordsToFind } from '../../search-key.ts'
import { findCentre } from '../../rules/centres/find.ts'
import type { RuleContext } from '../../rules/permissions/actor.ts'
import { resolveSites, resolveRole, resolveSite } from '../../rules/roles/resolve.ts'
import { nameReader, namesWithSynonym } from '../../rules/unknown-name.ts'
import { emptyStoreMessage } from '../../cli/list-text.ts'

const pinStates = ['none', 'issued', 'used', 'expired', 'void'] as const

const userStatuses: readonly UserStatus[] = ['invited', 'active', 'suspended', 'deleted']

const options = {
  centre: allowName('centre', option('<centre>', 'at this centre')),
  status: withCompletions(
    userStatuses,
    listOption(
      '<status>',
      'invited, active, suspended or deleted',
      listOf(nameReader('status', userStatuses)),
    ),
  ),
  role: withCompletions(
    roleChoices,
    listOption(
      '<role>',
      'with one of these roles (help roles)',
      listOf((name) => resolveRole(name).name),
    ),
  ),
  site: withCompletions(
    sites,
    listOption('<site>', `with access to these sites: ${sites.join(', ')}`, listOf(resolveSite)),
  ),
  search: option('<text>', 'by part of a name or address; accents and letter case do not matter'),
  notSetUp: flag('who have not set up a password'),
  neverSignedIn: flag('who have never signed in'),
  pin: withCompletions(
    pinStates,
    listOption('<state>', `whose PIN is ${pinStates.join(', ')}`, listOf(nameReader('state', pinStates))),
  ),
  import: withCompletions(
    { stored: 'import' },
    option('<id>', 'whom this import created', optional(importNumber)),
  ),
  deleted: flag('deleted accounts'),
}

interface FilterOptions extends ValuesOf<typeof options> {
  /** Search keys of the other words. */
  words: readonly string[]
}

/** The filter from the options. @throws an unknown name, with the nearest ones */
async function userFilter(
  db: Kysely<Store>,
  { centre, status, role, site, search, words, notSetUp, neverSignedIn, deleted, ...options }: FilterOptions,
  ctx: RuleContext,
): Promise<UserFilter> {
  return {
    centreId: centre === undefined ? undefined : (await findCentre(db, centre, ctx)).id,
    statuses: [
      ...status,
      ...(notSetUp ? ['invited' as const] : []),
      ...(deleted ? ['deleted' as const] : []),
    ],
    hubRoles: role.filter(isHubRole),
    roles: role.filter((name) => !isHubRole(name)),
    sites: resolveSites(site),
    words: [...words, ...wordsToFind(search)],
    neverSignedIn,
    pin: { states: options.pin, expiredSince: pinExpiryCutoff(ctx.at) },
    importId: options.import,
    visible: visibleCentres(ctx.actor),
  }
}

/** A hint for a search without results whose word looks like the value of a filter. */
function filterHint(text: string | undefined): string | undefined {
  const typed = text?.trim() ?? ''
  const word = typed.toLowerCase()
  const called = (kind: string, known: readonly string[]) =>
    (known.includes(word) ? [word] : namesWithSynonym(word, known, kind)).join(',')
  const status = called('status', userStatuses)
  const role = called(
    'role',
    roleChoices().map(([name]) => name),
  )
  const option = status !== '' ? `--status ${status}` : role !== '' ? `--role ${role}` : undefined
  // Eight digits may be a PIN, which must not be echoed.
  if (/^\d{4}[\s-]?\d{4}$/.test(word)) return undefined
  const centre = looksLikeCentreNumber(word) ? `--centre ${word.toUpperCase()}` : undefined
  const line = option ?? centre
  return line === undefined
    ? undefined
    : `Nobody has ${typed} in a name or an address. To filter: ssh-admin users list ${line}`
}

/** A hint for a search that matches a centre's name and nobody's: --centre lists its users. */
async function centreHint(
  text: string | undefined,
  db: Kysely<Store>,
  ctx: RuleContext,
): Promise<string | undefined> {
  if (text === undefined) return undefined
  const { centresNamed } = await import('../../rules/find-by-name.ts')
  const { rows, total } = await centresNamed(db, { text, ctx })
  const [centre] = rows
  if (centre === undefined) return undefined
  const line = `ssh-admin users list --centre ${centre.number}`
  return total > 1
    ? `Nobody has ${text} in a name or an address. Of the ${total} centres that are called so, such as ${centre.name}: ${line}`
    : `Nobody has ${text} in a name or an address. Those of ${centre.name}: ${line}`
}

export const list = () =>
  listing({
    name: 'list',
    summary: 'find users',
    description: 'List users, any number of them: all, or those that fit every filter.',
    options,
    examples: ['ssh-admin users list --centre EG001', 'ssh-admin users list haddad --status active'],
    singular: 'user',
    answer: 'userList',
    key: 'users',
    fields: userFields,
    table: ['email', 'name', 'centre', 'roles', 'status', 'last-signed-in'],
    dropOrder: ['last-signed-in', 'roles', 'status', 'name'],
    pipe: pipeFields,
    id: 'email',
    sortColumns: userOrders,
    searchesInStore: true,
    find: async ({ store: { db }, ctx, words, text }, options) => {
      const filter = await userFilter(db, { ...options, words }, ctx)
      return {
        rows: ({ sort: order = 'email', fields, reverse, limit }) =>
          mapPages(
            streamUsers(db, {
              filter,
              order,
              reverse,
              limit,
              parts: fields && new Set([...fields].flatMap((name) => partOf[name] ?? [])),
            }),
            (row) => accountOf(row, ctx.at),
          ),
        count: () => countUsers(db, filter),
        visiblePart: describeVisibility(ctx.actor),
        explainNoMatch: async () => (await emptyStoreMessage(db)) ?? (await centreHint(text, db, ctx)),
        noMatchMessage: filterHint(text),
      }
    },
    json: listedUserJson,
    extraJson: { mail: [] },
    emptyMessage:
      'Nobody has an account yet. To begin: ssh-admin centres import FILE, or ssh-admin users add',
    noMatchMessage: 'Nobody fits.',
  })

const pipeFields = ['email', 'name', 'centre', 'roles', 'status', 'why-not', 'last-signed-in'] as const

/** The part of a user that a field needs to be read. */
const partOf: Readonly<Record<string, UserPart>> = {
  'centre-name': 'details',
  pin: 'details',
  'pin-valid-until': 'details',
  created: 'details',
  roles: 'roles',
  sites: 'sites',
  status: 'coordinator',
  'can-sign-in': 'coordinator',
  'why-not': 'coordinator',
  'learner-groups': 'tests',
  tests: 'tests',
  results: 'tests',
}
