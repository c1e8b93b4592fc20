import { readdirSync, readFileSync, statSync } from 'node:fs'
import { tableNames } from '../src/db/store/tables.ts'
import { testServer } from './shared-store.ts'
import type { World } from './world.ts'

/** Every value of every table, bytes as Latin letters. */
export async function everyRow(world: World): Promise<string> {
  const rows = []
  for (const table of tableNames) rows.push(await world.rows(`select * from ${table}`))
  return JSON.stringify(rows, (_, value) =>
    value?.type === 'Buffer' ? Buffer.from(value.data).toString('latin1') : value,
  )
}

/** Every byte of a store that is a file, also those that no row has any longer; on a server every row. */
export async function storedText(world: World): Promise<string> {
  if (testServer !== undefined) return everyRow(world)
  return readdirSync(world.folder)
    .filter((name) => name.startsWith('hub.db') && statSync(world.path(name)).isFile())
    .map((name) => readFileSync(world.path(name), 'latin1'))
    .join('\n')
}
