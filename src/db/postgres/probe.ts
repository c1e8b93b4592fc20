import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { Unavailable } from '../../errors.ts'
import type { ServerAddress } from '../../server-address.ts'
import type { StoreProbe } from '../store/by-engine.ts'
import { storeMissing } from '../store/opening.ts'
import { connect, disconnect, serverAddressOf } from './connection.ts'
import { toFailure } from './errors.ts'
import { refuseForeignSchema } from './rights.ts'
import { factsOf, holderOf } from './server-facts.ts'

/** @throws `store-missing`, `store-refused`, `store-unavailable`, or another failure of the server */
export async function probeSharedStore(
  address: string,
  { limitMs }: { limitMs: number },
): Promise<Omit<StoreProbe, 'problem'>> {
  const server = serverAddressOf(address)
  const connecting = connect(server, { writes: false, maxConnectTimeoutMs: limitMs })
  const probing = connecting.then((client) => probe(client, server))
  // A late rejection must not be unhandled.
  probing.catch(() => undefined)
  try {
    const answer = await Promise.race([probing, pause(limitMs, undefined, { ref: false })])
    if (answer) return answer
    throw unanswered(server, limitMs)
  } finally {
    void connecting.then(disconnect).catch(() => undefined)
  }
}

async function probe(client: pg.Client, server: ServerAddress): Promise<Omit<StoreProbe, 'problem'>> {
  try {
    const { rows } = await client.query<{ there: boolean }>(
      `select exists (select from pg_class where relname = 'store'
        and relnamespace = (select oid from pg_namespace where nspname = $1)) as there`,
      [server.schema],
    )
    await refuseForeignSchema(client, server, { createsStore: rows[0]?.there === true, found: undefined })
    if (!rows[0]?.there) throw storeMissing(server.shown)
    const heldBy = (await holderOf(client, server.schema))?.command ?? null
    return { state: 'there', heldBy, server: await factsOf(client) }
  } catch (error) {
    throw toFailure(error, server.shown)
  }
}

function unanswered({ shown }: ServerAddress, limitMs: number): Unavailable {
  return new Unavailable(
    'store-unavailable',
    `The server of ${shown} has not answered within ${Math.round(limitMs / 1000)} s.`,
    { hint: 'Check the address, the network, and that the server runs; then try again.' },
  )
}
