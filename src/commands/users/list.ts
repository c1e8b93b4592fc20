import * as z from 'zod'
import type { OpenStore } from '../../db/store/open.ts'
import { countUsers, streamUsers, type UserFilter, type UserOrder, userOrders } from '../../db/users/list.ts'
import { Cancelled } from '../../errors.ts'
import { commaList, wholeNumberOf } from '../../cli/options.ts'
import { piecesOfJsonList } from '../../render/pieces.ts'
import { listedUserJson, userColumns } from '../../render/users.ts'
import { type Account, accountOf } from '../../rules/users/account.ts'
import type { RuleContext } from '../../rules/permissions/actor.ts'
import { listing } from '../../cli/define.ts'
import { flag, option, repeated, type ValuesOf } from '../../cli/parameters.ts'
import type { Session } from '../../cli/session.ts'
import { chosenFields, userFilter, writeUsers } from './filter.ts'

const options = {
  centre: option('<centre>', 'at this centre'),
  status: repeated('<status>', 'invited, active, suspended or deleted'),
  role: repeated('<role>', 'with one of these roles'),
  site: repeated('<site>', 'with access to these sites'),
  search: option('<text>', 'by part of a name or address; accents and letter case do not matter'),
  notSetUp: flag('who have not set up a password'),
  neverSignedIn: flag('who have never signed in'),
  deleted: flag('deleted accounts'),
  sort: option(
    '<order>',
    `by ${userOrders.join(', ')}`,
    z.enum(userOrders, { error: `one of ${userOrders.join(', ')}` }).default('email'),
  ),
  reverse: flag('the other way round'),
  limit: option(
    '<count>',
    'at most so many',
    wholeNumberOf('a whole number').pipe(z.number().min(1, 'at least 1')).optional(),
  ),
  fields: repeated(
    '<names>',
    `these columns: ${Object.keys(userColumns).join(', ')}`,
    commaList.transform(chosenFields),
  ),
}

type ListOptions = ValuesOf<typeof options>

export const list = () =>
  listing({
    name: 'list',
    summary: 'find users',
    description: 'List users, any number of them: all, or those that fit every filter.',
    options,
    examples: ['ssh-admin users list --centre EG001', 'ssh-admin users list --search haddad --status active'],
    run: async (options, session) => {
      const store = await session.open('read')
      try {
        const ctx = await session.ctx(store)
        await listUsers(options, { session, store, ctx })
        return 0
      } finally {
        await store.close()
      }
    },
  })

interface ListingContext {
  session: Session
  store: OpenStore
  ctx: RuleContext
}

async function listUsers(options: ListOptions, { session, store, ctx }: ListingContext): Promise<void> {
  const { limit, reverse, fields } = options
  const order: UserOrder = options.sort
  const filter = await userFilter(store.db, options, ctx)
  const rows = streamUsers(store.db, { filter, order, reverse, limit })
  const accounts = accountsOf(rows, ctx.at)
  if (session.common.json) return writeJson(accounts, { filter, limit, session, store })
  const shown = await writeUsers(accounts, { fields, session })
  const total = shown === limit ? await countUsers(store.db, filter) : shown
  if (shown === 0) session.say('Nobody fits.')
  else if (total > shown) session.say(`${shown} of ${total}; --limit shows more.`)
}

async function writeJson(
  accounts: AsyncIterable<Account>,
  {
    filter,
    limit,
    session,
    store,
  }: { filter: UserFilter; limit: number | undefined; session: Session; store: OpenStore },
): Promise<void> {
  const { context, notices, terminal } = session
  let shown = 0
  async function* users() {
    for await (const account of accounts) {
      shown += 1
      yield listedUserJson(account)
    }
  }
  const rest = async () => ({
    mail: [],
    total: shown === limit ? await countUsers(store.db, filter) : shown,
    notices,
  })
  const document = { name: 'users', items: users(), rest }
  for await (const piece of piecesOfJsonList(document, terminal.out.isTerminal ? 2 : 0)) {
    if (context.signal.aborted) throw new Cancelled()
    if (!(await terminal.write(piece))) return
  }
}

async function* accountsOf(rows: ReturnType<typeof streamUsers>, at: Date) {
  for await (const row of rows) yield accountOf(row, at)
}
