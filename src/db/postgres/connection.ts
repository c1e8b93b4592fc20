import { readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { ConnectionOptions } from 'node:tls'
import pg from 'pg'
import { Cancelled, errorCodeOf, Unavailable } from '../../errors.ts'
import { inWords, mayBeOtherwiseSoon, mayNotConnect, passwordMissing } from './errors.ts'
import { parseServerAddress, type ServerAddress } from '../../server-address.ts'
import { passwordInFile } from './password-file.ts'
import type { Again, Asked, NotSignedIn, SigningIn, Trouble } from './several-hosts.ts'

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

/** How long one host may take to answer where the address says nothing, in milliseconds. */
const maxConnecting = 10_000
/** Of several, one that swallows what it is sent takes nobody's whole wait; in milliseconds. */
const minConnecting = 2_000
/** Between the first two tries at a server that does not answer; each pause is twice the one before; in milliseconds. */
const firstPause = 250
const longestPause = 1_000

/**
 * Connects to the host that takes changes, where several are named; for reading, where none does, to the first standby
 * that answers. @throws Unavailable
 */
export async function connect(server: ServerAddress, connecting: Connecting): Promise<pg.Client> {
  const { writes, maxWaitMs = 0, answersWithinMs, onOutage } = connecting
  const until = performance.now() + maxWaitMs
  let refusing: readonly Trouble[] = []
  const asked: Asked = new Map()
  try {
    for (let tries = 1; ; tries += 1) {
      try {
        const left = until - performance.now()
        const mayTake = maxWaitMs === 0 ? maxConnecting : Math.max(minConnecting, left)
        const limit = Math.min(mayTake, server.connectTimeoutMs ?? maxConnecting, answersWithinMs ?? mayTake)
        const isAskedAgain = left > 2 * minConnecting
        return await connectOnce(server, { writes, limit, refusing, asked, isAskedAgain })
      } catch (error) {
        const { failure, mayPass, refused } = await inWordsOf(error, server)
        const forSoLong = pauseAfter(tries)
        if (!mayPass || performance.now() + forSoLong > until) throw failure
        refusing = refused
        onOutage?.()
        await pause(forSoLong, undefined, { signal: connecting.signal?.() }).catch(() => {
          throw new Cancelled()
        })
      }
    }
  } finally {
    for (const one of asked.keys()) one.abandon()
  }
}

/** How long nothing is asked of a server after so many tries, in milliseconds: one that comes back is not run over. */
export function pauseAfter(tries: number): number {
  return Math.min(longestPause, firstPause * 2 ** (tries - 1))
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

/** Goodbye has no answer, and nobody waits until it has gone the whole way. */
export function hangUp(client: pg.Client & { unref?: () => void }): void {
  client.end().catch(() => undefined)
  client.unref?.()
}

interface Connecting {
  writes: boolean
  /** How long to try again for, as while a standby takes over; in milliseconds. */
  maxWaitMs?: number
  /** How long a host may take to answer at the most, in milliseconds. */
  answersWithinMs?: number
  /** Asked for where it is waited for. */
  signal?: () => AbortSignal | undefined
  /** Told before each of those tries. */
  onOutage?: (() => void) | undefined
}

async function connectOnce(
  server: ServerAddress,
  { writes, limit, ...others }: { writes: boolean; limit: number } & Again,
): Promise<pg.Client> {
  const hosts = server.hosts.map((host) => ({ ...host, signIn: () => signIn(server, { ...host, limit }) }))
  const [only, another] = hosts
  if (only && !another) return only.signIn().signedIn
  const { firstThatServes } = await import('./several-hosts.ts')
  return firstThatServes(hosts, { writes, ...others })
}

async function inWordsOf(error: unknown, server: ServerAddress): Promise<NotSignedIn> {
  const { shown } = server
  const words = (cause: unknown) =>
    errorCodeOf(cause) === '42501' ? mayNotConnect(server, cause) : inWords(cause, shown)
  if (server.hosts.length > 1) {
    const { NoneServes, noneServesInWords } = await import('./several-hosts.ts')
    if (error instanceof NoneServes) return noneServesInWords(error, { shown, words })
  }
  const failure = words(error)
  return { failure, mayPass: mayBeOtherwiseSoon(failure), refused: [] }
}

function signIn(
  server: ServerAddress,
  { host, port, limit }: { host: string; port: number; limit: number },
): SigningIn {
  const { user, database } = server
  const password = () => {
    const found = passwordInFile({ host, port, database, user: client.user ?? '' })
    if (found === undefined) throw passwordMissing(server.shown)
    return found
  }
  const socket = new Socket()
  const client = new pg.Client({
    host,
    port,
    database,
    ...(user === undefined ? {} : { user }),
    ssl: encryptionTo(host, server),
    // One of the environment pg takes by itself, before any file; an empty one is none, as PostgreSQL's own programs have
    // it. Asked for only where the server wants one; pg's own way to the file prints a warning of its own.
    ...(process.env.PGPASSWORD ? {} : { password }),
    types,
    stream: () => socket,
    keepAlive: true,
    connectionTimeoutMillis: limit,
    application_name: 'ssh-admin',
  })
  // What goes wrong while nothing is asked is told by what is asked next.
  client.on('error', () => undefined)
  tellWhatIsNotUnderstood(client)
  return {
    signedIn: client.connect().then(() => client),
    isReached: () => socket.readyState === 'open',
    abandon: () => socket.destroy(),
  }
}

/**
 * What the server says and pg cannot read is thrown where nobody catches it: it fails what is asked, and ends the connection.
 * pg tells of it by no event, and with TLS the stream on which it is thrown is of its own making: whoever reads it is
 * there once pg says that it is connected.
 */
function tellWhatIsNotUnderstood({ connection, ssl }: pg.Client): void {
  connection.once(ssl ? 'sslconnect' : 'connect', () => {
    const { stream } = connection
    const readers = stream.listeners('data')
    stream.removeAllListeners('data').on('data', (bytes: Buffer) => {
      try {
        for (const read of readers) Reflect.apply(read, stream, [bytes])
      } catch (error) {
        stream.destroy(error instanceof Error ? error : new Error(String(error)))
      }
    })
  })
}

/** How what is sent to a host is encrypted; false: it is not. @throws `store-untrusted` */
export function encryptionTo(host: string, server: ServerAddress): false | ConnectionOptions {
  const isLocal = host.startsWith('/') || /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host)
  return server.plain || isLocal ? false : { rejectUnauthorized: true, ...trusted(server) }
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
