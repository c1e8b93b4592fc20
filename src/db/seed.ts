import type { NewCentre, NewUserRow } from './schema.ts'
import { transactionState, type Trx } from './transact.ts'

/** Whether a store has neither centres nor users, deleted ones included. */
export async function isEmpty(trx: Trx): Promise<boolean> {
  const centre = await trx.selectFrom('centres').select('id').limit(1).executeTakeFirst()
  const user = await trx.selectFrom('users').select('id').limit(1).executeTakeFirst()
  return centre === undefined && user === undefined
}

/** Compiled once and run for each row. */
export function insertingCentres(trx: Trx): (centre: NewCentre) => number {
  return inserting(trx, 'centres')
}

export function insertingUsers(trx: Trx): (user: NewUserRow) => number {
  return inserting(trx, 'users')
}

function inserting<Row extends object>(trx: Trx, table: 'centres' | 'users'): (row: Row) => number {
  const { raw } = transactionState(trx)
  let insert: ReturnType<typeof raw.prepare> | undefined
  return (row) => {
    const columns = Object.keys(row)
    insert ??= raw.prepare(
      `insert into ${table} (${columns.join(', ')}) values (${columns.map((name) => `@${name}`).join(', ')})`,
    )
    return Number(insert.run(row).lastInsertRowid)
  }
}
