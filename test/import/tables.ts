import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { tableNames } from '../../src/db/store/tables.ts'
import type { World } from '../world.ts'

const history = /^(imports|import_changes|audit.*)$/

/** Every table of the store save its history: what taking an import back must give back. */
export async function tables(world: World): Promise<Record<string, unknown[]>> {
  const names = tableNames.filter((name) => !history.test(name))
  const contents = names.map(async (name) => [name, await world.rows(`select * from ${name} order by 1`)])
  return Object.fromEntries(await Promise.all(contents))
}

/** The same without what differs between two imports of the same rows: numbers, times, PINs. */
export async function contents(world: World): Promise<unknown[]> {
  const centres = await world.rows(
    `select centres.number, centres.name, centres.kind, centres.status, centres.address, centres.town,
         centres.postcode, centres.country, centres.deleted_at is null as live, owner.number as associate
       from centres left join centres as owner on owner.id = centres.associate_id order by centres.number`,
  )
  const users = await world.rows(
    `select email, email_key, first_name, last_name, hub_role, users.status, pin_state, number,
         (select string_agg(role, ',' order by role) from user_roles where user_id = users.id) as roles
       from users left join centres on centres.id = users.centre_id order by email_key, users.id`,
  )
  return [centres, users]
}

/** Every file of a folder by its bytes. */
export function bytesIn(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true })
      .map(String)
      .filter((name) => statSync(join(folder, name)).isFile())
      .sort()
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex'),
      ]),
  )
}
