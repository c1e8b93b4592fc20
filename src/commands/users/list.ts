import { z } from 'zod'
import type { OpenStore } from '../../db/open.ts'
import { countUsers, streamUsers, type UserOrder, userOrders } from '../../db/user-list.ts'
import { Cancelled } from '../../errors.ts'
import { list as commaList, repeated } from '../../options.ts'
import { record } from '../../render/one-line.ts'
import { userJson } from '../../render/user.ts'
import { cellsOf, type UserField, userColumns } from '../../render/user-columns.ts'
import { accountOf } from '../../rules/account.ts'
import type { Given } from '../../rules/actor.ts'
import { command, doing, example } from '../command.ts'
import type { Session } from '../session.ts'
import { chosenFields, userFilter } from './filter.ts'

const Options = z.object({
  centre: z.string().optional(),
  status: commaList,
  role: commaList,
  site: commaList,
  search: z.string().optional(),
  notSetUp: z.boolean().default(false),
  neverSignedIn: z.boolean().default(false),
  deleted: z.boolean().default(false),
  sort: z.enum(userOrders, { error: `one of ${userOrders.join(', ')}` }).default('email'),
  reverse: z.boolean().default(false),
  limit: z.coerce.number({ error: 'a number' }).int().min(1).optional(),
  fields: commaList.transform(chosenFields),
})

type ListOptions = z.infer<typeof Options>

export const list = command('list')
  .summary('find users')
  .description('List users, any number of them: all, or those that fit every filter.')
  .option('--centre <centre>', 'at this centre')
  .option('--status <status>', 'invited, active, suspended or deleted', repeated)
  .option('--role <role>', 'with one of these roles', repeated)
  .option('--site <site>', 'with access to these sites', repeated)
  .option('--search <text>', 'by part of a name or address; accents and letter case do not matter')
  .option('--not-set-up', 'who have not set up a password')
  .option('--never-signed-in', 'who have never signed in')
  .option('--deleted', 'deleted accounts')
  .option('--sort <order>', `by ${userOrders.join(', ')}`)
  .option('--reverse', 'the other way round')
  .option('--limit <count>', 'at most so many')
  .option('--fields <names>', `these columns: ${Object.keys(userColumns).join(', ')}`, repeated)
  .addHelpText(
    'after',
    example('ssh-admin users list --centre EG001', 'ssh-admin users list --search haddad --status active'),
  )
  .action(
    doing(Options, async (options, session) => {
      const store = await session.open('use')
      try {
        const given = await session.given(store)
        await listUsers(options, { session, store, given })
        return 0
      } finally {
        await store.close()
      }
    }),
  )

interface Surroundings {
  session: Session
  store: OpenStore
  given: Given
}

async function listUsers(options: ListOptions, { session, store, given }: Surroundings): Promise<void> {
  const { limit, reverse, fields } = options
  const order: UserOrder = options.sort
  const filter = await userFilter(store.db, options, given)
  const rows = streamUsers(store.db, { filter, order, reverse, limit })
  const accounts = accountsOf(rows, given.at)
  const { json } = session.common
  const { out } = session.terminal
  const shown = json
    ? await writeJson(accounts, session)
    : out.isTerminal
      ? await writeTables(accounts, { fields, session })
      : await writeRecords(accounts, { fields, session })
  const total = shown === limit ? await countUsers(store.db, filter) : shown
  if (json) return endJson(total, session)
  if (shown === 0) session.say('Nobody fits.')
  else if (total > shown) session.say(`${shown} of ${total}; --limit shows more.`)
}

async function* accountsOf(rows: ReturnType<typeof streamUsers>, at: Date) {
  for await (const row of rows) yield accountOf(row, at)
}

type Accounts = ReturnType<typeof accountsOf>

interface Page {
  fields: readonly UserField[]
  session: Session
}

async function writeRecords(accounts: Accounts, { fields, session }: Page): Promise<number> {
  const { write, out } = session.terminal
  return inPieces(accounts, {
    session,
    size: 1000,
    each: (page) => write(`${page.map((account) => record(cellsOf(account, fields, out))).join('\n')}\n`),
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

async function writeJson(accounts: Accounts, session: Session): Promise<number> {
  const { write } = session.terminal
  await write('{"users":[')
  let comma = ''
  return inPieces(accounts, {
    session,
    size: 500,
    each: async (page) => {
      const text = comma + page.map((account) => JSON.stringify(userJson(account))).join(',')
      comma = ','
      return write(text)
    },
  })
}

async function endJson(total: number, { terminal: { write }, notices }: Session): Promise<void> {
  await write(`],"total":${total},"notices":${JSON.stringify(notices)}}\n`)
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
