import type { Trx } from '../../db/transact.ts'
import { type Problem, Unavailable, Usage } from '../../errors.ts'
import { requireTerminal } from '../../cli/confirm.ts'
import { oneLine } from '../../render/clean-text.ts'
import { renderChangedUsers, usersJson } from '../../render/users.ts'
import { lockedOutNotices, tidiedNotices } from '../../render/user-notices.ts'
import type { RuleContext } from '../../rules/permissions/actor.ts'
import { addUser, addUsers, type UserRow } from '../../rules/users/add.ts'
import type { ChangedUser } from '../../rules/users/changed.ts'
import { readEachName, forEachTarget, refusalOf } from '../../rules/batch.ts'
import { type Account, isHubRole, nameOf } from '../../rules/users/account.ts'
import { columnsHelp, tableOptions } from '../table-file.ts'
import { preparedMutation } from '../../cli/define.ts'
import { type Draft, saveDraft } from '../../cli/drafts.ts'
import {
  optionalVariadicArgument,
  allowName,
  flag,
  option,
  listOption,
  checkedWithoutStore,
  type ValuesOf,
  withCompletions,
} from '../../cli/parameters.ts'
import type { Session } from '../../cli/session.ts'
import { commandLine, type Line, replaceWord } from '../../cli/typed-line.ts'
import {
  additionOf,
  promptForPeople,
  splitPeople,
  type NewPerson,
  readPerson,
  type RightsTyped,
  refuseNamedTwice,
  refuseOptionsAsPeople,
  refuseUnquotedNames,
} from './new-people.ts'
import { shellWord } from '../../shell-word.ts'
import { readUsers, userColumns, writtenUserColumns } from './read-users.ts'
import { resolveRoles, resolveSites } from '../../rules/roles/resolve.ts'
import { givenSites, roleChoices, sites, titleOfRole, titleOfSite } from '../../rules/roles/catalogue.ts'

const options = {
  centre: allowName('centre', option('<centre>', 'the number or name of their centre')),
  admin: flag('with administrative rights'),
  site: checkedWithoutStore(
    resolveSites,
    withCompletions(sites, listOption('<site>', `with access to this site: ${givenSites.join(', ')}`)),
  ),
  role: checkedWithoutStore(
    resolveRoles,
    withCompletions(
      roleChoices,
      listOption('<role>', 'with this role (help roles); service roles alone make no hub user'),
    ),
  ),
  from: option('<file>', 'read them from a workbook or CSV file, or - for stdin'),
  ...tableOptions('Mail=Email'),
  ifMissing: flag('somebody who is there already, and equal, is no error'),
}

type Options = { person: string[] } & ValuesOf<typeof options>

interface Request {
  people: NewPerson[]
  rows: UserRow[]
  options: Options
  /** People who were typed at prompts, not in the command line. */
  typed?: readonly NewPerson[]
}

export const add = () =>
  preparedMutation({
    name: 'add',
    summary: 'add users to a centre',
    description:
      'Add one user or several, all or none. Each gets a message that lets them set up a password. ' +
      'Without a person, at a terminal, asks for one after another.',
    args: {
      person: optionalVariadicArgument(
        "who to add: 'Amira Haddad <amira@school.example>'; - reads them from stdin",
      ),
    },
    options,
    notes: columnsHelp(userColumns, 'ssh-admin users sample'),
    examples: [
      "ssh-admin users add 'Nour Salem <nour@school.example>' --centre EG001 --site cambridge-primary",
      'ssh-admin users add --from users.xlsx',
    ],
    prepare,
    complete: async (request, { session, store, ctx }) => {
      if (!isIncomplete(request)) return request
      const { people, options } = request
      const { admin, role: roles, site: sites, centre } = options
      const keep = async (typed: readonly NewPerson[], error: unknown) =>
        saveDraft(session, await draftOf(typed), error)
      const asked = await promptForPeople(
        { people, centre, admin, roles, sites },
        { terminal: session.terminal, db: store.db, ctx: await ctx(), ifMissing: options.ifMissing, keep },
      )
      return { ...request, people: asked, ...(people.length === 0 ? { typed: asked } : {}) }
    },
    act: async (trx, ctx, { people, rows, options: { admin, ifMissing } }) => [
      ...(await addPeople(trx, { people, ifMissing, ctx })),
      ...(await addUsers(trx, { rows, admin, ifMissing, ctx })),
    ],
    confirm: {
      mayAsk: promptsForPeople,
      question: (added, { request: { options } }) =>
        promptsForPeople(options) ? reviewText(added) : undefined,
      comparable: (added) => added.map(({ account, outcome }) => [comparableNewUser(account), outcome]),
    },
    draft: {
      of: ({ typed }) => (typed ? draftOf(typed) : undefined),
      usedBy: ({ options }) => options.from,
    },
    render: renderChangedUsers,
    json: usersJson,
    notices: lockedOutNotices,
  })

/** A summary for review, after everything was typed at prompts. */
function reviewText(added: readonly ChangedUser[]): string | undefined {
  const touched = added.filter(({ outcome }) => outcome !== 'unchanged')
  const [first] = touched
  if (!first) return undefined
  const { centre } = first.account
  const lines = touched.map(({ account }) => {
    const { hubRole, roles, sites, email } = account
    const others = sites.filter((site) => site !== 'school-support-hub').map(titleOfSite)
    const held = [
      ...(hubRole === 'admin' ? ['administrative rights'] : []),
      ...roles.filter((role) => !isHubRole(role)).map(titleOfRole),
    ]
    return `  ${oneLine(nameOf(account))} <${email}>${[...held, ...others].map((what) => `, ${what}`).join('')}`
  })
  const whom = touched.length === 1 ? 'this user' : `these ${touched.length} users`
  return [
    `Add ${whom} to ${centre?.number} (${oneLine(centre?.name ?? '')})? ${touched.length === 1 ? 'A message is sent.' : 'Each is sent a message.'}`,
    ...lines,
    ' ',
  ].join('\n')
}

/** Identifies a new account by its address: its id differs in each rehearsal. */
function comparableNewUser({
  email,
  firstName,
  lastName,
  centre,
  hubRole,
  roles,
  sites,
  status,
}: Account): unknown {
  return [email, firstName, lastName, centre?.number, hubRole, roles, sites, status]
}

/** The draft is a table that --from can read. */
async function draftOf(people: readonly NewPerson[]): Promise<Draft> {
  const { csvText } = await import('../../workbook/write-sheet.ts')
  const columns = writtenUserColumns.map(({ heading }) => ({ heading }))
  const rows = people.map(({ centre, name, address, admin, roles, sites }) => [
    centre ?? '',
    name?.firstName ?? '',
    name?.lastName ?? '',
    address.email,
    [...(admin ? ['admin'] : []), ...roles].join(', '),
    sites.join(', '),
  ])
  let text = ''
  for await (const piece of csvText({ name: '', columns, rows })) text += piece
  return { name: 'users-add.csv', text, command: 'users add --from' }
}

function addPeople(
  trx: Trx,
  { people, ifMissing, ctx }: { people: readonly NewPerson[]; ifMissing: boolean; ctx: RuleContext },
): Promise<ChangedUser[]> {
  const byAddress = new Map(people.map((person) => [person.address.email, person]))
  const add = (email: string) => {
    const person = byAddress.get(email)
    if (!person) throw new Error(`${email} was not asked for`)
    return addUser(trx, { ...additionOf(person), ifMissing, ctx })
  }
  return forEachTarget(trx, [...byAddress.keys()], add, undefined)
}

async function prepare(options: Options, session: Session): Promise<Request> {
  const { person, centre, admin, role: roles, site: sites, from, sheet, map } = options
  refuseOptionsAsPeople(person)
  refuseUnquotedNames(person, { centre, argv: session.argv })
  const rights = { centre, admin, roles, sites }
  const people = await readPeople(person.flatMap(splitPeople), { rights, options, session })
  for (const notice of people.flatMap(({ name }) => tidiedNotices(name))) session.notify(notice)
  const request: Request = { people, rows: [], options }
  if (from !== undefined) {
    if (people.length > 0) throw new Usage('Name the people, or a file with --from, not both.')
    const rows = await readUsers({ file: from, sheet, map, centre, roles, sites }, session)
    return { ...request, rows }
  }
  if (isIncomplete(request)) requireTerminal(session, missingValues(request, session.argv))
  return request
}

/** Parses the typed people. @throws each one's problem, with the rule's refusals of the others */
async function readPeople(
  typed: readonly string[],
  { rights, options, session }: { rights: RightsTyped; options: Options; session: Session },
): Promise<NewPerson[]> {
  const people: NewPerson[] = []
  const seen = new Set<string>()
  try {
    return await readEachName(typed, (text) => {
      const person = readPerson(text, rights)
      refuseNamedTwice(person, seen)
      people.push(person)
      return person
    })
  } catch (error) {
    if (!(error instanceof Usage) || people.length === 0 || isIncomplete({ people, options })) throw error
    const refused = await rehearsedRefusals(people, { options, session })
    const problems = [...(error.details.problems ?? []), ...refused]
    throw new Usage(`${problems.length} of ${typed.length} stand in the way; nothing was changed.`, {
      code: error.code,
      details: { problems },
      cause: error,
    })
  }
}

/** The rule's refusals, by a rehearsal; skipped if the store is locked, as a usage error should not wait. */
async function rehearsedRefusals(
  people: readonly NewPerson[],
  { options: { ifMissing }, session }: { options: Options; session: Session },
): Promise<Problem[]> {
  const trying = async () => {
    const store = await session.open('rehearse', { waits: false })
    try {
      await session.rehearse(store, (trx, ctx) => addPeople(trx, { people, ifMissing, ctx }))
    } finally {
      await store.close()
    }
  }
  const refusal = await refusalOf(trying).catch((error: unknown) => {
    if (error instanceof Unavailable) return undefined
    throw error
  })
  return [...(refusal?.details.problems ?? [])]
}

/** The missing values, and the line with a placeholder for each. */
function missingValues({ people, options: { centre } }: Request, argv: Line) {
  const email = people.find(({ name }) => name === undefined)?.address.email
  const who = email === undefined ? 'First Last <email>' : `First Last <${email}>`
  const where = centre === undefined ? ['--centre', 'CENTRE'] : []
  const isUnnamed = people.length === 0
  const question = [
    ...(isUnnamed ? ['Who is added'] : email === undefined ? [] : [`What is ${email} called`]),
    ...(centre === undefined ? ['At which centre'] : []),
  ].join('? ')
  const said = isUnnamed || email !== undefined ? [...where, who] : where
  const named = replaceWord(argv, email === undefined ? -1 : argv.indexOf(email), who)
  const line = replaceWord(named, named.indexOf('add'), 'add', ...(isUnnamed ? said : where))
  return { flag: said.map(shellWord).join(' '), question: `${question}?`, line: commandLine(line) }
}

function isIncomplete({ people, options: { from, centre } }: Pick<Request, 'people' | 'options'>): boolean {
  if (from !== undefined) return false
  return people.length === 0 || centre === undefined || people.some(({ name }) => name === undefined)
}

/** Whether people will be prompted for. */
function promptsForPeople({ person, from, centre }: Options): boolean {
  if (from !== undefined) return false
  return (
    person.length === 0 ||
    centre === undefined ||
    person.flatMap(splitPeople).some((text) => !text.includes('<'))
  )
}
