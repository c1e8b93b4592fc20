import { homedir } from 'node:os'
import { join } from 'node:path'
import { Usage } from './errors.ts'

/** Where a shared store is, as its address says. */
export interface SharedPlace {
  hosts: readonly { host: string; port: number }[]
  user: string | undefined
  database: string
  schema: string
  /** Said in the address: nothing that is sent is encrypted. */
  plain: boolean
  /** A file with the certificate of whoever signed the server's. */
  rootCertificate: string | undefined
  /** The address as it is shown and kept: without a password in any case. */
  shown: string
}

const known = new Set(['schema', 'sslmode', 'sslrootcert', 'host'])

export function isSharedPlace(place: string): boolean {
  return /^postgres(ql)?:\/\//i.test(place)
}

/**
 * Reads `postgres://user@host:port,host:port/database?schema=…`. A socket is named by its folder: `?host=/run/postgresql`,
 * its port before it: `postgres://hub@:5433/hub?host=…`. What the address leaves out is taken from PostgreSQL's own
 * variables, where those are given. @throws Usage `invalid-store`, `password-in-address`
 */
export function readSharedPlace(
  address: string,
  env: Readonly<Record<string, string | undefined>> = {},
): SharedPlace {
  const parts = /^postgres(?:ql)?:\/\/(?:([^@/?]*)@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/i.exec(address)
  if (!parts) throw invalid('it is no address of PostgreSQL')
  const [, credentials, named = '', database = '', query = ''] = parts
  if (credentials?.includes(':')) throw passwordInAddress(address)
  const options = new URLSearchParams(query)
  if (options.has('password')) throw passwordInAddress(address)
  for (const name of options.keys()) if (!known.has(name)) throw invalid(`it has ${name}, which is not known`)
  const mode = options.get('sslmode') ?? 'verify-full'
  if (mode !== 'verify-full' && mode !== 'disable') throw invalid('sslmode is verify-full or disable')
  const schema = options.get('schema') ?? 'ssh_admin'
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema) || schema.startsWith('pg_'))
    throw invalid('a schema has small letters, digits and _')
  if (database === '') throw invalid('it names no database')
  const port = /^:(\d{1,5})$/.exec(named)?.[1]
  const ofEnvironment = named === '' || port !== undefined ? env.PGHOST || undefined : undefined
  const hosts = (options.get('host') ?? ofEnvironment ?? named).split(',')
  const ports = port === undefined ? portsFor(hosts, env.PGPORT) : hosts.map(() => port)
  // PostgreSQL's own word for the authorities that this machine trusts, as it does anyway.
  const rootCertificate = options.get('sslrootcert') ?? (env.PGSSLROOTCERT || undefined)
  return {
    hosts: hosts.map((host, at) => hostOf(host, ports[at])),
    user: credentials === undefined || credentials === '' ? undefined : decoded(credentials),
    database: decoded(database),
    schema,
    plain: mode === 'disable',
    rootCertificate: rootCertificate === 'system' ? undefined : rootCertificate,
    shown: address,
  }
}

/** As PostgreSQL's own programs read it: one port for all hosts, or one for each. */
function portsFor(hosts: readonly string[], named = ''): readonly string[] {
  const ports = named.split(',')
  if (ports.length !== 1 && ports.length !== hosts.length)
    throw invalid('PGPORT names neither one port nor one for each of its hosts')
  for (const port of ports) if (!/^\d{0,5}$/.test(port)) throw invalid(`PGPORT is ${port}, which is no port`)
  return hosts.map((_, at) => ports[ports.length === 1 ? 0 : at] ?? '')
}

function hostOf(text: string, named: string | undefined): { host: string; port: number } {
  const otherwise = named || '5432'
  if (text.startsWith('/')) return { host: text, port: Number(otherwise) }
  const [, host, port = otherwise] = /^(\[[0-9a-f:.]+\]|[^:[\]]*)(?::(\d{1,5}))?$/i.exec(text) ?? []
  if (host === undefined || !/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw invalid('a host is a name, or a name and a port')
  return { host: decoded(host.replace(/^\[|\]$/g, '')) || 'localhost', port: Number(port) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid('a % in it is followed by no number')
  }
}

function invalid(reason: string): Usage {
  return new Usage(`The address of the store cannot be used: ${reason}.`, {
    code: 'invalid-store',
    hint: 'Such as postgres://hub@db.example/hub, or the path of a file.',
  })
}

/** What is typed can be seen by everybody on the machine. */
function passwordInAddress(address: string): Usage {
  const scheme = address.slice(0, address.indexOf('://'))
  return new Usage(
    `The address of the store, ${scheme}://…, has a password in it, which others could read.`,
    {
      code: 'password-in-address',
      hint: 'Leave it out, and put it into ~/.pgpass (HOST:PORT:DATABASE:USER:PASSWORD, chmod 600), or into PGPASSWORD.',
    },
  )
}

/** Stands for the store's own number in a path that a setting of a shared store has by default. */
export const storeNumber = 'STORE_ID'

export function withStoreNumber(path: string, storeId: string): string {
  return path.replace(storeNumber, storeId)
}

/** Where passwords of PostgreSQL lie, whether or not there are any. */
export function passwordFile({
  PGPASSFILE,
  APPDATA,
  HOME,
}: Readonly<Record<string, string | undefined>>): string {
  if (PGPASSFILE) return PGPASSFILE
  if (process.platform === 'win32') return join(APPDATA ?? '', 'postgresql', 'pgpass.conf')
  return join(HOME || homedir(), '.pgpass')
}
