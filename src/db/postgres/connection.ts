import { readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import type { ConnectionOptions, DetailedPeerCertificate, TLSSocket } from 'node:tls'
import pg from 'pg'
import { Cancelled, errorCodeOf, Unavailable } from '../../errors.ts'
import { toFailure, isTransient, connectDenied, passwordMissing } from './errors.ts'
import { parseServerAddress, type ServerAddress } from '../../server-address.ts'
import { passwordInFile } from './password-file.ts'
import type { RetryState, PendingSignIns, NotSignedIn, SignInAttempt, HostFailure } from './several-hosts.ts'

/** Parses a store's address; missing parts come from libpq's environment variables (PGHOST, PGUSER, …). */
export function serverAddressOf(address: string): ServerAddress {
  return parseServerAddress(address, process.env)
}

const integer = 20
const numeric = 1700

/** bigint and numeric are parsed as numbers, as in SQLite; pg returns them as strings. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === integer || oid === numeric ? Number : pg.types.getTypeParser(oid, format),
}

/** Connection timeout of one host when the address sets none. */
const defaultConnectTimeoutMs = 10_000
/** Lower bound of the connection timeout while retrying, so that one silent host does not use up the whole wait. */
const minConnectTimeoutMs = 2_000
/** Pause before the first retry; it doubles with each further one, up to maxPauseMs. */
const initialPauseMs = 250
const maxPauseMs = 1_000

/**
 * Connects to the primary among the address's hosts; for reading, to the first standby if no primary answers.
 * @throws Unavailable
 */
export async function connect(server: ServerAddress, connecting: ConnectOptions): Promise<pg.Client> {
  const { writes, maxWaitMs = 0, maxConnectTimeoutMs, onOutage } = connecting
  const deadline = performance.now() + maxWaitMs
  let refusingHosts: readonly HostFailure[] = []
  const pending: PendingSignIns = new Map()
  try {
    for (let tries = 1; ; tries += 1) {
      try {
        const remainingMs = deadline - performance.now()
        const timeoutMs =
          maxWaitMs === 0 ? defaultConnectTimeoutMs : Math.max(minConnectTimeoutMs, remainingMs)
        const limit = Math.min(
          timeoutMs,
          server.connectTimeoutMs ?? defaultConnectTimeoutMs,
          maxConnectTimeoutMs ?? timeoutMs,
        )
        const willRetry = remainingMs > 2 * minConnectTimeoutMs
        return await connectOnce(server, { writes, limit, refusingHosts, pending, willRetry })
      } catch (error) {
        const { failure, mayRetry, refused } = await failureOfConnecting(error, server)
        const pauseMs = backoffMs(tries)
        if (!mayRetry || performance.now() + pauseMs > deadline) throw failure
        refusingHosts = refused
        onOutage?.()
        await pause(pauseMs, undefined, { signal: connecting.signal?.() }).catch(() => {
          throw new Cancelled()
        })
      }
    }
  } finally {
    for (const one of pending.keys()) one.abandon()
  }
}

/** Exponential backoff in milliseconds after so many tries, so that a server that comes back is not overrun. */
export function backoffMs(tries: number): number {
  return Math.min(maxPauseMs, initialPauseMs * 2 ** (tries - 1))
}

/** Runs the work on a new connection, which is closed afterwards. @throws the server's error as a Failure */
export async function withConnection<Result>(
  server: ServerAddress,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = await connect(server, { writes: true })
  try {
    return await work(client)
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw toFailure(error, server.shown)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Closes the connection without waiting for the server, and without keeping the process alive for it. */
export function disconnect(client: pg.Client & { unref?: () => void }): void {
  client.end().catch(() => undefined)
  client.unref?.()
}

interface ConnectOptions {
  writes: boolean
  /** How long to retry, as during a failover; in milliseconds. */
  maxWaitMs?: number
  /** Upper bound of the connection timeout of each host; in milliseconds. */
  maxConnectTimeoutMs?: number
  /** Called only when a retry waits: an abort signal costs start-up time. */
  signal?: () => AbortSignal | undefined
  /** Called before each retry. */
  onOutage?: (() => void) | undefined
}

async function connectOnce(
  server: ServerAddress,
  { writes, limit, ...others }: { writes: boolean; limit: number } & RetryState,
): Promise<pg.Client> {
  const hosts = server.hosts.map((host) => ({ ...host, signIn: () => signIn(server, { ...host, limit }) }))
  const [only, another] = hosts
  if (only && !another) return only.signIn().signedIn
  const { firstUsableHost } = await import('./several-hosts.ts')
  return firstUsableHost(hosts, { writes, ...others })
}

async function failureOfConnecting(error: unknown, server: ServerAddress): Promise<NotSignedIn> {
  const { shown } = server
  const explain = (cause: unknown) =>
    errorCodeOf(cause) === '42501' ? connectDenied(server, cause) : toFailure(cause, shown)
  if (server.hosts.length > 1) {
    const { NoUsableHost, noUsableHostFailure } = await import('./several-hosts.ts')
    if (error instanceof NoUsableHost) return noUsableHostFailure(error, { shown, explain })
  }
  const failure = explain(error)
  return { failure, mayRetry: isTransient(failure), refused: [] }
}

function signIn(
  server: ServerAddress,
  { host, port, limit }: { host: string; port: number; limit: number },
): SignInAttempt {
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
    ssl: tlsOptionsFor(host, server),
    // pg reads PGPASSWORD itself; an empty one counts as unset, as in libpq. The password file is read by us, and only
    // when the server asks for a password: pg's own reader prints a warning.
    ...(process.env.PGPASSWORD ? {} : { password }),
    types,
    stream: () => socket,
    keepAlive: true,
    connectionTimeoutMillis: limit,
    application_name: 'ssh-admin',
  })
  // An error of the idle connection is reported by the next query.
  client.on('error', () => undefined)
  surfaceProtocolErrors(client)
  const certificate = rememberedCertificate(client)
  return {
    signedIn: client.connect().then(
      () => client,
      async (error: unknown) => {
        if (!/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/.test(errorCodeOf(error))) throw error
        const { invalidCertificate } = await import('./invalid-certificate.ts')
        throw invalidCertificate(server, { certificate: certificate(), cause: error }) ?? error
      },
    ),
    isReached: () => socket.readyState === 'open',
    abandon: () => socket.destroy(),
  }
}

/**
 * A message of the server that pg cannot parse is thrown inside the stream's data listener, where nobody catches it. The
 * listeners are wrapped, so that the error destroys the stream and rejects the pending query. With TLS, pg replaces the
 * stream; its listeners exist once it emits 'sslconnect'.
 */
function surfaceProtocolErrors({ connection, ssl }: pg.Client): void {
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

/**
 * The certificate that the server showed; kept before it is verified, as a refused connection does not give it any more.
 * @returns undefined where there is none
 */
function rememberedCertificate({ connection, ssl }: pg.Client): () => DetailedPeerCertificate | undefined {
  let certificate: DetailedPeerCertificate | undefined
  if (ssl)
    connection.once('sslconnect', () => {
      const { stream } = connection
      if (!isEncrypted(stream)) return
      stream.prependOnceListener('secure', () => {
        // Not getPeerX509Certificate: Node 20 would then verify what is left of the chain.
        certificate = stream.getPeerCertificate(true)
      })
    })
  return () => certificate
}

function isEncrypted(stream: Duplex): stream is TLSSocket {
  return 'getPeerCertificate' in stream
}

/** TLS options for a host; false without TLS. @throws `store-untrusted` */
export function tlsOptionsFor(host: string, server: ServerAddress): false | ConnectionOptions {
  const isLocal = host.startsWith('/') || /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host)
  return server.isUnencrypted || isLocal
    ? false
    : { rejectUnauthorized: true, ...certificateAuthority(server) }
}

function certificateAuthority({ rootCertificate, shown }: ServerAddress): { ca?: string } {
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
