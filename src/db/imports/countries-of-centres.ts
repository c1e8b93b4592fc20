import type { Kysely } from 'kysely'
import type { Store } from '../schema.ts'

/** Where every centre is, deleted ones included: number → ISO code. */
export async function countriesOfCentres(db: Kysely<Store>): Promise<ReadonlyMap<string, string>> {
  const rows = await db.selectFrom('centres').select(['number', 'country']).execute()
  return new Map(rows.map(({ number, country }) => [number, country]))
}
