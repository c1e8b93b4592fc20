import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { Cancelled, Unavailable } from '../../errors.ts'
import { inWords, passwordMissing } from './errors.ts'
import { parseServerAddress, type ServerAddress } from '../../server-address.ts'
import { passwordInFile } from './password-file.ts'

/** Where a shared store is: what its address leaves out is taken from PostgreSQL's own variables, as its programs do. */
export function serverAddressOf(address: string): ServerAddress {
  return parseServerAddress(address, process.env)
}

const integer = 20
const numeric = 1700

/** Counts and sums are numbers here, as they are in SQLite. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === integer || oid === numeric ? Number : pg.types.getTypeParser(oid, format),
}

/** How long one host may take to answer, in milliseconds. */
const maxConnecting = 10_000
const pauseBetween = 250

/**
 * Connects to the host that takes changes, where several are named; for reading, where none does, to the first standby
 * that answers. @throws Unavailable
 */
export async function connect(
  server: ServerAddress,
  { writes, maxWaitMs = 0, signal, onOutage }: Connecting,
): Promise<pg.Client> {
  const until = performance.now() + maxWaitMs
  for (;;) {
    try {
      return await connectOnce(server, { writes })
    } catch (error) {
      const isTransient = error instanceof Unavailable && /^store-(unavailable|read-only)$/.test(error.code)
      if (!isTransient || performance.now() + pauseBetween > until) throw error
      onOutage?.()
      await pause(pauseBetween, undefined, { signal }).catch(() => {
        throw new Cancelled()
      })
    }
  }
}

/** Does the work over a connection of its own, on which nothing stays open. @throws what the server says, in words */
export async function withConnection<Result>(
  server: ServerAddress,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = await connect(server, { writes: true })
  try {
    return await work(client)
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw inWords(error, server.shown)
  } finally {
    await client.end().catch(() => undefined)
  }
}

interface Connecting {
  writes: boolean
  /** How long to try again for, as while a standby takes over; in milliseconds. */
  maxWaitMs?: number
  signal?: AbortSignal | undefined
  /** Told before each of those tries. */
  onOutage?: (() => void) | undefined
}

async function connectOnce(server: ServerAddress, { writes }: { writes: boolean }): Promise<pg.Client> {
  let trouble: unknown
  let standby: pg.Client | undefined
  for (const { host, port } of server.hosts) {
    try {
      const client = await connectTo(server, { host, port })
      if (server.hosts.length === 1) return client
      if (!(await isStandby(client))) {
        await standby?.end().catch(() => undefined)
        return client
      }
      // It may lag: it does only where none that takes changes answers.
      if (!writes && !standby) standby = client
      else await client.end()
      trouble ??= Object.assign(new Error(`${host} is a standby`), { code: '25006' })
    } catch (error) {
      trouble = error
    }
  }
  if (standby) return standby
  throw inWords(trouble, server.shown)
}

async function connectTo(
  server: ServerAddress,
  { host, port }: { host: string; port: number },
): Promise<pg.Client> {
  const { user, database, plain } = server
  const isLocal = host.startsWith('/') || /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host)
  const password = () => {
    const found = passwordInFile({ host, port, database, user: client.user ?? '' })
    if (found === undefined) throw passwordMissing(server.shown)
    return found
  }
  const client = new pg.Client({
    host,
    port,
    database,
    ...(user === undefined ? {} : { user }),
    ssl: plain || isLocal ? false : { rejectUnauthorized: true, ...trusted(server) },
    // One of the environment pg takes by itself, before any file. Asked for only where the server wants one; pg's own
    // way to the file prints a warning of its own.
    ...(process.env.PGPASSWORD === undefined ? { password } : {}),
    types,
    keepAlive: true,
    connectionTimeoutMillis: maxConnecting,
    application_name: 'ssh-admin',
  })
  // What goes wrong while nothing is asked is told by what is asked next.
  client.on('error', () => undefined)
  await client.connect()
  return client
}

function trusted({ rootCertificate, shown }: ServerAddress): { ca?: string } {
  if (rootCertificate === undefined) return {}
  try {
    return { ca: readFileSync(rootCertificate, 'utf8') }
  } catch (cause) {
    throw new Unavailable(
      'store-untrusted',
      `The certificate ${rootCertificate} for ${shown} cannot be read.`,
      {
        hint: 'Check the file that sslrootcert names in the address, or else PGSSLROOTCERT.',
        cause,
      },
    )
  }
}

async function isStandby(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ standby: boolean }>('select pg_is_in_recovery() as standby')
  return rows[0]?.standby === true
}
