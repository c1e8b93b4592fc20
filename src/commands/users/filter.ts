import type { Kysely } from 'kysely'
import type { Session } from '../../cli/session.ts'
import type { Store, UserStatus } from '../../db/schema.ts'
import type { UserFilter } from '../../db/users/list.ts'
import { Cancelled } from '../../errors.ts'
import { tsvLine } from '../../render/clean-text.ts'
import { cellsOf, isUserField, ordinaryFields, userColumns, type UserField } from '../../render/users.ts'
import { findCentre } from '../../rules/centres/find.ts'
import type { RuleContext } from '../../rules/permissions/actor.ts'
import { visibleCentres } from '../../rules/permissions/decide.ts'
import { catalogue, findRole, isHubRole } from '../../rules/roles/catalogue.ts'
import { chosenSites } from '../../rules/roles/chosen.ts'
import { searchKey } from '../../rules/search-key.ts'
import { unknownName } from '../../rules/unknown-name.ts'
import type { Account } from '../../rules/users/account.ts'

interface FilterOptions {
  centre?: string
  status: readonly string[]
  role: readonly string[]
  site: readonly string[]
  search?: string
  notSetUp: boolean
  neverSignedIn: boolean
  deleted: boolean
}

/** The filter that the options describe. @throws what is unknown, with the nearest names */
export async function userFilter(
  db: Kysely<Store>,
  { centre, status, role, site, search = '', notSetUp, neverSignedIn, deleted }: FilterOptions,
  ctx: RuleContext,
): Promise<UserFilter> {
  const roles = role.map(roleNamed)
  return {
    centreId: centre === undefined ? undefined : (await findCentre(db, centre, ctx)).id,
    statuses: [
      ...status.map(statusNamed),
      ...(notSetUp ? ['invited' as const] : []),
      ...(deleted ? ['deleted' as const] : []),
    ],
    hubRoles: roles.filter(isHubRole),
    roles: roles.filter((name) => !isHubRole(name)),
    sites: chosenSites(site),
    words: searchKey(search)
      .split(/\s+/)
      .filter((word) => word !== ''),
    neverSignedIn,
    visible: visibleCentres(ctx.by),
  }
}

const statuses: readonly UserStatus[] = ['invited', 'active', 'suspended', 'deleted']

function statusNamed(name: string): UserStatus {
  const status = statuses.find((one) => one === name.toLowerCase())
  if (status) return status
  throw unknownName({ kind: 'status', name, known: statuses })
}

function roleNamed(name: string): string {
  const role = findRole(name)
  if (role) return role.name
  throw unknownName({ kind: 'role', name, known: catalogue.map((one) => one.name) })
}

/** The columns named with --fields, or the ordinary ones. */
export function chosenFields(names: readonly string[]): readonly UserField[] {
  if (names.length === 0) return ordinaryFields
  return names.map((name) => {
    if (isUserField(name)) return name
    throw unknownName({ kind: 'field', name, known: Object.keys(userColumns) })
  })
}

type Accounts = AsyncIterable<Account>

interface Page {
  fields: readonly UserField[]
  session: Session
}

/** Writes users as they come, a page at a time: tables, or one record a line. @returns how many */
export async function writeUsers(accounts: Accounts, page: Page): Promise<number> {
  return page.session.terminal.out.isTerminal ? writeTables(accounts, page) : writeRecords(accounts, page)
}

async function writeRecords(accounts: Accounts, { fields, session }: Page): Promise<number> {
  const { write, out } = session.terminal
  return inPieces(accounts, {
    session,
    size: 1000,
    each: (page) => write(`${page.map((account) => tsvLine(cellsOf(account, fields, out))).join('\n')}\n`),
  })
}

async function writeTables(accounts: Accounts, { fields, session }: Page): Promise<number> {
  const { table } = await import('../../render/table.ts')
  const { write, out } = session.terminal
  const headings = fields.map((field) => userColumns[field].heading)
  return inPieces(accounts, {
    session,
    size: 500,
    each: (page) =>
      write(
        `${table(
          headings,
          page.map((account) => cellsOf(account, fields, out)),
          out,
        )}\n`,
      ),
  })
}

/** Hands over a page at a time, so that a list of any length fits in memory. @returns how many there were */
async function inPieces<Item>(
  items: AsyncIterable<Item>,
  {
    session: { context },
    size,
    each,
  }: { session: Session; size: number; each: (page: Item[]) => Promise<boolean> },
): Promise<number> {
  let page: Item[] = []
  let count = 0
  for await (const item of items) {
    page.push(item)
    count += 1
    if (page.length < size) continue
    const goOn = await each(page)
    if (context.signal.aborted) throw new Cancelled()
    if (!goOn) return count
    page = []
  }
  if (page.length > 0) await each(page)
  return count
}
