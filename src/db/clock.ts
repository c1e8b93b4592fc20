import type { Kysely } from 'kysely'
import type { Store } from './schema.ts'

/** The time to judge and to write down: what the clock says, and never before the last event of the log. */
export async function timeAfterLastEvent(db: Kysely<Store>, clock: Date): Promise<Date> {
  const last = await db.selectFrom('audit').select('at').orderBy('id', 'desc').limit(1).executeTakeFirst()
  if (!last) return clock
  const at = new Date(last.at)
  return at > clock ? at : clock
}
