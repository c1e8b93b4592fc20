import { Cancelled } from '../../errors.ts'
import { record } from '../../render/clean-text.ts'
import { cellsOf, userColumns, type UserField, userJson } from '../../render/users.ts'
import type { Account } from '../../rules/users/account.ts'
import type { Session } from '../../cli/session.ts'

type Accounts = AsyncIterable<Account>

interface Page {
  fields: readonly UserField[]
  session: Session
}

/** Writes users as they come, a page at a time: tables, one record a line, or JSON. @returns how many */
export async function writeUsers(accounts: Accounts, page: Page): Promise<number> {
  const { common, terminal } = page.session
  if (common.json) return writeJson(accounts, page.session)
  return terminal.out.isTerminal ? writeTables(accounts, page) : writeRecords(accounts, page)
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

/** What follows the last of them in the JSON document. */
export async function endJson(total: number, { terminal: { write }, notices }: Session): Promise<void> {
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
