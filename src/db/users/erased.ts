import { type RawBuilder, sql } from 'kysely'

const domain = 'erased.invalid'

/** What stands in place of the address of somebody who was erased, in a query on users. */
export function addressOfErased(): RawBuilder<string> {
  return sql<string>`'erased-' || users.id || ${`@${domain}`}`
}

/** Whether whose account this was is gone, and nobody is left to give it back to. */
export function isErased({ id, email }: { id: number; email: string }): boolean {
  return email === `erased-${id}@${domain}`
}
