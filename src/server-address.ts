import { homedir, userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { Unavailable, Usage } from './errors.ts'

/** The parsed address of a shared store. */
export interface ServerAddress {
  hosts: readonly { host: string; port: number }[]
  user: string | undefined
  database: string
  schema: string
  /** Set in the address: the connection is not encrypted. */
  plain: boolean
  /** The path of the root certificate that signed the server's. */
  rootCertificate: string | undefined
  /** The time that each host has to answer, in milliseconds; undefined where none is set. */
  connectTimeoutMs: number | undefined
  /** The address as it is shown and saved; it never holds a password. */
  shown: string
}

type Environment = Readonly<Record<string, string | undefined>>

const known = new Set(['schema', 'sslmode', 'sslrootcert', 'host', 'connect_timeout'])

export function isServerAddress(place: string): boolean {
  const beginning = place.slice(0, 'postgresql://'.length).toLowerCase()
  return beginning === 'postgresql://' || beginning.startsWith('postgres://')
}

/** Removes the blanks and quotes that shells, `.env` files and schedulers may leave around a value. */
export function withoutWrapping(typed: string): string {
  const bare = typed.trim()
  const [, , quoted] = /^(["'])(.*)\1$/s.exec(bare) ?? []
  return quoted === undefined ? bare : quoted.trim()
}

/**
 * Whether a text was meant as a server's address but would be taken for the path of a file, whose name would then show
 * the password in the address. `./` before the text says that it is a file.
 */
export function isMistypedAddress(place: string): boolean {
  // Resolved paths begin with a slash, and take this short way.
  if (place.startsWith('/') && !place.startsWith('//') && !/postgres/i.test(place)) return false
  return (
    // Blanks, quotes or an assignment before the scheme; one slash where the address was resolved as a path.
    /(?:^|[^\w.-])postgres(?:ql)?:\//i.test(place) ||
    (place.includes('://') && !/^\.?\//.test(place)) ||
    // A missing `:` behind the scheme, or no scheme.
    /^(?:postgres(?:ql)?|pg)?\s*\/\/[^/]*[:@]/i.test(place) ||
    /^postgres(?:ql)?\s*(?:\/\/|[:;])/i.test(place) ||
    /^(?![a-z]:[/\\])(?:[^/\\]+:.*@|[^/\\]+@[^/\\]*:)/is.test(place) ||
    /(?:^|\s)(?:passw(?:or)?d|pwd)\s*=/i.test(place)
  )
}

/** @param source the setting's source: `--db`, `SSH_ADMIN_DB` … */
export function mistypedAddress(source: string): Usage {
  return new Usage(`${source} looks like the address of a server, and is not written as one is.`, {
    code: 'invalid-store',
    hint: 'It begins as postgres://user@host/database, without a password. A file of such a name: ./NAME',
  })
}

/**
 * Parses `postgres://user@host:port,host:port/database?schema=…`. A socket is named by its folder,
 * `?host=/run/postgresql`, with the port before it: `postgres://hub@:5433/hub?host=…`. Parts that are left out come
 * from PostgreSQL's own environment variables.
 * @throws Usage `invalid-store`, `password-in-address`
 */
export function parseServerAddress(address: string, env: Environment = {}): ServerAddress {
  const { credentials, named, database, query } = partsOf(address)
  if (credentials?.includes(':')) throw passwordInAddress(address)
  const options = new URLSearchParams(query)
  if ([...options.keys()].some((name) => isPasswordsName.test(name))) throw passwordInAddress(address)
  const unknown = [...options.keys()].find((name) => !known.has(name))
  const hasStrayAt = `${named}${database}`.includes('@') || (unknown !== undefined && query.includes('@'))
  if (hasStrayAt) throw /^[^:]*:\/\/.*:.*@/s.test(address) ? passwordInAddress(address) : invalid(strayAt)
  if (/\s/.test(`${credentials ?? ''}${named}${database}`) || /[\r\n]/.test(query))
    throw invalid('a blank in it is written as %20, and no line ends in it')
  if (unknown !== undefined) throw invalid(notKnown(unknown))
  const mode = options.get('sslmode') ?? 'verify-full'
  if (mode !== 'verify-full' && mode !== 'disable')
    throw invalid('sslmode is verify-full, as it is where nothing is said, or disable')
  const schema = options.get('schema') ?? 'ssh_admin'
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema) || schema.startsWith('pg_'))
    throw invalid('a schema has small letters, digits and _')
  if (database === '') throw invalid('it names no database')
  const port = portAlone(named)
  const hosts = (options.get('host') ?? hostsOfEnvironment(named, env) ?? named).split(',')
  const ports = port === undefined ? portsFor(hosts, env.PGPORT) : hosts.map(() => port)
  // `system` is PostgreSQL's word for the authorities that this machine trusts, which are the default here.
  const rootCertificate = options.get('sslrootcert') ?? (env.PGSSLROOTCERT || undefined)
  return {
    hosts: hosts.map((host, at) => hostOf(host, ports[at])),
    user: credentials === undefined || credentials === '' ? undefined : decoded(credentials),
    database: decoded(database),
    schema,
    plain: mode === 'disable',
    rootCertificate: rootCertificate === 'system' ? undefined : rootCertificate,
    connectTimeoutMs: connectTimeout(options.get('connect_timeout') ?? env.PGCONNECT_TIMEOUT),
    shown: address,
  }
}

const isPasswordsName = /^(?:ssl)?(?:password|passwd|pass|pwd)$/i

/** Options that other clients know and that may be named in an error; any other word may be part of a password. */
const knownElsewhere =
  /^(?:application_name|channel_binding|client_encoding|dbname|gssencmode|hostaddr|keepalives\w*|options|passfile|port|require_auth|service|ssl|sslcert|sslcrl|sslkey|target_session_attrs|tcp_user_timeout|user)$/

function notKnown(option: string): string {
  if (option === 'service') return 'no service file is read: host, user and database stand in the address'
  return knownElsewhere.test(option)
    ? `it has ${option}, which is not known`
    : 'behind its ? stands what is no option: schema, sslmode, sslrootcert, host and connect_timeout are'
}

const strayAt = 'it has an @ too many. In a name @ is written as %40, / as %2F and ? as %3F'

interface Parts {
  /** The part before the `@`; undefined where there is none. */
  credentials: string | undefined
  /** The hosts with their ports. */
  named: string
  database: string
  query: string
}

function partsOf(address: string): Parts {
  const parts = /^postgres(?:ql)?:\/\/(?:([^@/?]*)@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/i.exec(address)
  if (!parts) throw invalid('it is no address of PostgreSQL')
  const [, credentials, named = '', database = '', query = ''] = parts
  return { credentials, named, database, query }
}

/** The port in `:5433`, without a host: for a socket, or for the host of the environment. */
function portAlone(named: string): string | undefined {
  return /^:(\d{1,5})$/.exec(named)?.[1]
}

function hostsOfEnvironment(named: string, { PGHOST }: Environment): string | undefined {
  if (!PGHOST || (named !== '' && portAlone(named) === undefined)) return undefined
  return PGHOST.split(',')
    .map((host) => (/^[0-9a-f]*:[0-9a-f:.]*:[0-9a-f.]*$/i.test(host) ? `[${host}]` : host))
    .join(',')
}

interface CompletedAddress {
  /** The address, completed from PostgreSQL's own environment variables where they are set. */
  address: string
  /** PostgreSQL's own variables that affect the connection. */
  variables: string[]
}

/** Completes an address from the environment. @throws what `parseServerAddress` throws */
export function completedAddress(address: string, env: Environment): CompletedAddress {
  const { hosts, user } = parseServerAddress(address, env)
  const { credentials, named, database, query } = partsOf(address)
  const options = new URLSearchParams(query)
  const hasHosts = !options.has('host') && hostsOfEnvironment(named, env) !== undefined
  const bare = parseServerAddress(address)
  const hasPorts = hosts.some(({ port }, at) => port !== (hasHosts ? 5432 : bare.hosts[at]?.port))
  const hasUser = user === undefined && Boolean(env.PGUSER)
  const variables = [
    ...(hasHosts ? ['PGHOST'] : []),
    ...(env.PGPORT && hasPorts && portAlone(named) === undefined ? ['PGPORT'] : []),
    ...(hasUser ? ['PGUSER'] : []),
    ...(env.PGSSLROOTCERT && !options.has('sslrootcert') ? ['PGSSLROOTCERT'] : []),
    ...(env.PGCONNECT_TIMEOUT && !options.has('connect_timeout') ? ['PGCONNECT_TIMEOUT'] : []),
    ...(env.PGPASSWORD ? ['PGPASSWORD'] : env.PGPASSFILE ? ['PGPASSFILE'] : []),
  ]
  const found = writtenHosts(hosts)
  if (!found || !variables.some((name) => /^PG(HOST|PORT|USER)$/.test(name))) return { address, variables }
  const before = hasUser ? encodeURIComponent(env.PGUSER ?? '') : credentials
  const rest = query.split('&').filter((option) => option !== '' && !option.startsWith('host='))
  const after = [...(found.socket === undefined ? [] : [`host=${found.socket}`]), ...rest].join('&')
  const authority = `${before === undefined ? '' : `${before}@`}${found.authority}`
  return { address: `postgres://${authority}/${database}${after === '' ? '' : `?${after}`}`, variables }
}

/** Hosts in the form of an address; undefined where no address can express them, such as sockets with several ports. */
function writtenHosts(hosts: ServerAddress['hosts']): { authority: string; socket?: string } | undefined {
  const [first] = hosts
  if (first?.host.startsWith('/')) {
    const isOne = hosts.every(({ host, port }) => host.startsWith('/') && port === first.port)
    if (!isOne) return undefined
    return { authority: `:${first.port}`, socket: hosts.map(({ host }) => host).join(',') }
  }
  if (hosts.some(({ host }) => host.startsWith('/'))) return undefined
  const written = hosts.map(({ host, port }) => {
    const name = host.includes(':') ? `[${host}]` : encodeURIComponent(host)
    return `${name}:${port}`
  })
  return { authority: written.join(',') }
}

/** Like PostgreSQL's own programs: one port for all hosts, or one for each. */
function portsFor(hosts: readonly string[], named = ''): readonly string[] {
  const ports = named.split(',')
  if (ports.length !== 1 && ports.length !== hosts.length)
    throw invalid('PGPORT names neither one port nor one for each of its hosts')
  for (const port of ports) if (!/^\d{0,5}$/.test(port)) throw invalid(`PGPORT is ${port}, which is no port`)
  return hosts.map((_, at) => ports[ports.length === 1 ? 0 : at] ?? '')
}

/** Like PostgreSQL's own programs: whole seconds, of which 0 counts as not given, and 1 as 2. */
function connectTimeout(named = ''): number | undefined {
  if (named === '') return undefined
  if (!/^\d{1,5}$/.test(named)) throw invalid('connect_timeout is a number of seconds')
  const seconds = Number(named)
  return seconds === 0 ? undefined : Math.max(2, seconds) * 1000
}

function hostOf(text: string, named: string | undefined): { host: string; port: number } {
  const otherwise = named || '5432'
  if (text.startsWith('/')) return { host: text, port: Number(otherwise) }
  if (/^[0-9a-f]*:[0-9a-f:.]*:[0-9a-f.:]*$/i.test(text))
    throw invalid('an address of IPv6 stands in [ ], and its port behind them, such as [::1]:5432')
  const [, host, port = otherwise] = /^(\[[0-9a-f:.]+\]|[^:@[\]]*)(?::(\d{1,5}))?$/i.exec(text) ?? []
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

/** A password in a command line can be read by everybody on the machine. */
function passwordInAddress(address: string): Usage {
  const scheme = address.slice(0, address.indexOf('://'))
  return new Usage(
    `The address of the store, ${scheme}://…, has a password in it, which others could read.`,
    {
      code: 'password-in-address',
      hint: 'Leave it out, and put it into ~/.pgpass (HOST:PORT:DATABASE:USER:PASSWORD, chmod 600), or into PGPASSWORD. In an address @ / ? of a name are %40 %2F %3F.',
    },
  )
}

/** The placeholder for the store's number in the default paths of a shared store. */
export const storeNumber = 'STORE_ID'

/** @throws Unavailable `store-untrusted` */
export function withStoreNumber(path: string, storeId: string): string {
  if (!path.includes(storeNumber) || storeId === storeNumber) return path
  refuseNoNumber(storeId)
  return path.replace(storeNumber, storeId)
}

/**
 * Files are named after the number, and a forged number in the store could name any file.
 * @throws Unavailable `store-untrusted`
 */
export function refuseNoNumber(storeId: unknown): void {
  if (typeof storeId === 'string' && /^[0-9a-f]{24}$/.test(storeId)) return
  throw new Unavailable(
    'store-untrusted',
    'The number that the store bears was changed: it is none that a store is given.',
    {
      hint: 'Nothing was done. Key and messages are found by it: have it put back as it was (store_id in the table store), as the name of the key and a backup have it.',
    },
  )
}

/** The path of PostgreSQL's password file, whether or not it exists. */
export function passwordFile({
  PGPASSFILE,
  APPDATA,
  HOME,
}: Readonly<Record<string, string | undefined>>): string {
  if (PGPASSFILE) return PGPASSFILE
  if (process.platform === 'win32') return join(APPDATA ?? '', 'postgresql', 'pgpass.conf')
  return join(homeFolder(HOME), '.pgpass')
}

/**
 * The home folder. Where HOME is unset, empty or relative (neither means the current folder), it is the account's; where
 * the account has none, as in a container, it is the root folder.
 */
export function homeFolder(home: string | undefined): string {
  if (home && isAbsolute(home)) return home
  try {
    return (home ? '' : homedir()) || userInfo().homedir
  } catch {
    return '/'
  }
}
