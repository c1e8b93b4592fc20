import * as z from 'zod'
import type { OpenStore } from '../../db/store/open.ts'
import { countUsers, streamUsers, type UserOrder, userOrders } from '../../db/users/list.ts'
import { list as commaList, repeated, wholeNumberOf } from '../../cli/options.ts'
import { userColumns } from '../../render/users.ts'
import { accountOf } from '../../rules/users/account.ts'
import type { RuleContext } from '../../rules/permissions/actor.ts'
import { command, example } from '../../cli/command.ts'
import { action } from '../../cli/action.ts'
import type { Session } from '../../cli/session.ts'
import { chosenFields, endJson, userFilter, writeUsers } from './filter.ts'

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
  limit: wholeNumberOf('a whole number').pipe(z.number().min(1, 'at least 1')).optional(),
  fields: commaList.transform(chosenFields),
})

type ListOptions = z.infer<typeof Options>

export const list = () =>
  command('list')
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
      action(Options, async (options, session) => {
        const store = await session.open('read')
        try {
          const ctx = await session.ctx(store)
          await listUsers(options, { session, store, ctx })
          return 0
        } finally {
          await store.close()
        }
      }),
    )

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
  const { json } = session.common
  const shown = await writeUsers(accounts, { fields, session })
  const total = shown === limit ? await countUsers(store.db, filter) : shown
  if (json) return endJson(total, session)
  if (shown === 0) session.say('Nobody fits.')
  else if (total > shown) session.say(`${shown} of ${total}; --limit shows more.`)
}

async function* accountsOf(rows: ReturnType<typeof streamUsers>, at: Date) {
  for await (const row of rows) yield accountOf(row, at)
}
