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
  isUnencrypted: boolean
  /** The path of the root certificate that signed the server's. */
  rootCertificate: string | undefined
  /** The time that each host has to answer, in milliseconds; undefined where none is set. */
  connectTimeoutMs: number | undefined
  /** The address as it is shown and saved; it never holds a password. */
  shown: string
}

type Environment = Readonly<Record<string, string | undefined>>

const knownOptions = new Set(['schema', 'sslmode', 'sslrootcert', 'host', 'connect_timeout'])

export function isServerAddress(location: string): boolean {
  const scheme = location.slice(0, 'postgresql://'.length).toLowerCase()
  return scheme === 'postgresql://' || scheme.startsWith('postgres://')
}

/** Removes the blanks and quotes that shells, `.env` files and schedulers may leave around a value. */
export function stripQuotes(typed: string): string {
  const bare = typed.trim()
  const [, , quoted] = /^(["'])(.*)\1$/s.exec(bare) ?? []
  return quoted === undefined ? bare : quoted.trim()
}

/**
 * Whether a text was meant as a server's address but would be taken for the path of a file, whose name would then show
 * the password in the address. `./` before the text says that it is a file.
 */
export function isMistypedAddress(location: string): boolean {
  // Resolved paths begin with a slash, and take this short way.
  if (location.startsWith('/') && !location.startsWith('//') && !/postgres/i.test(location)) return false
  return (
    // Blanks, quotes or an assignment before the scheme; one slash where the address was resolved as a path.
    /(?:^|[^\w.-])postgres(?:ql)?:\//i.test(location) ||
    (location.includes('://') && !/^\.?\//.test(location)) ||
    // A missing `:` behind the scheme, or no scheme.
    /^(?:postgres(?:ql)?|pg)?\s*\/\/[^/]*[:@]/i.test(location) ||
    /^postgres(?:ql)?\s*(?:\/\/|[:;])/i.test(location) ||
    /^(?![a-z]:[/\\])(?:[^/\\]+:.*@|[^/\\]+@[^/\\]*:)/is.test(location) ||
    /(?:^|\s)(?:passw(?:or)?d|pwd)\s*=/i.test(location)
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
  const { credentials, hostList, database, query } = splitAddress(address)
  if (credentials?.includes(':')) throw passwordInAddress(address)
  const options = new URLSearchParams(query)
  if ([...options.keys()].some((name) => passwordOptionPattern.test(name))) throw passwordInAddress(address)
  const unknown = [...options.keys()].find((name) => !knownOptions.has(name))
  const hasStrayAt = `${hostList}${database}`.includes('@') || (unknown !== undefined && query.includes('@'))
  if (hasStrayAt)
    throw /^[^:]*:\/\/.*:.*@/s.test(address) ? passwordInAddress(address) : invalidAddress(strayAtReason)
  if (/\s/.test(`${credentials ?? ''}${hostList}${database}`) || /[\r\n]/.test(query))
    throw invalidAddress('a blank in it is written as %20, and no line ends in it')
  if (unknown !== undefined) throw invalidAddress(unknownOptionReason(unknown))
  const mode = options.get('sslmode') ?? 'verify-full'
  if (mode !== 'verify-full' && mode !== 'disable')
    throw invalidAddress('sslmode is verify-full, as it is where nothing is said, or disable')
  const schema = options.get('schema') ?? 'ssh_admin'
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema) || schema.startsWith('pg_'))
    throw invalidAddress('a schema has small letters, digits and _')
  const databaseName = database === '' ? env.PGDATABASE : decode(database)
  if (!databaseName) throw invalidAddress('it names no database')
  const port = portWithoutHost(hostList)
  const hosts = (options.get('host') ?? hostsOfEnvironment(hostList, env) ?? hostList).split(',')
  const ports = port === undefined ? portsFor(hosts, env.PGPORT) : hosts.map(() => port)
  // `system` is PostgreSQL's word for the authorities that this machine trusts, which are the default here.
  const rootCertificate = options.get('sslrootcert') ?? (env.PGSSLROOTCERT || undefined)
  return {
    hosts: hosts.map((host, at) => parseHost(host, ports[at])),
    user: credentials === undefined || credentials === '' ? undefined : decode(credentials),
    database: databaseName,
    schema,
    isUnencrypted: mode === 'disable',
    rootCertificate: rootCertificate === 'system' ? undefined : rootCertificate,
    connectTimeoutMs: connectTimeout(options.get('connect_timeout') ?? env.PGCONNECT_TIMEOUT),
    shown: address,
  }
}

const passwordOptionPattern = /^(?:ssl)?(?:password|passwd|pass|pwd)$/i

/** Options that other clients know and that may be named in an error; any other word may be part of a password. */
const foreignOptionPattern =
  /^(?:application_name|channel_binding|client_encoding|dbname|gssencmode|hostaddr|keepalives\w*|options|passfile|port|require_auth|service|ssl|sslcert|sslcrl|sslkey|target_session_attrs|tcp_user_timeout|user)$/

function unknownOptionReason(option: string): string {
  if (option === 'service') return 'no service file is read: host, user and database stand in the address'
  return foreignOptionPattern.test(option)
    ? `it has ${option}, which is not known`
    : 'behind its ? stands what is no option: schema, sslmode, sslrootcert, host and connect_timeout are'
}

const strayAtReason = 'it has an @ too many. In a name @ is written as %40, / as %2F and ? as %3F'

interface AddressParts {
  /** The part before the `@`; undefined where there is none. */
  credentials: string | undefined
  /** The hosts with their ports. */
  hostList: string
  database: string
  query: string
}

function splitAddress(address: string): AddressParts {
  const parts = /^postgres(?:ql)?:\/\/(?:([^@/?]*)@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/i.exec(address)
  if (!parts) throw invalidAddress('it is no address of PostgreSQL')
  const [, credentials, hostList = '', database = '', query = ''] = parts
  return { credentials, hostList: hostList, database, query }
}

/** The port in `:5433`, without a host: for a socket, or for the host of the environment. */
function portWithoutHost(hostList: string): string | undefined {
  return /^:(\d{1,5})$/.exec(hostList)?.[1]
}

function hostsOfEnvironment(hostList: string, { PGHOST }: Environment): string | undefined {
  if (!PGHOST || (hostList !== '' && portWithoutHost(hostList) === undefined)) return undefined
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
export function completeAddress(address: string, env: Environment): CompletedAddress {
  const { hosts, user, database: databaseName } = parseServerAddress(address, env)
  const { credentials, hostList, database, query } = splitAddress(address)
  const options = new URLSearchParams(query)
  const hasHosts = !options.has('host') && hostsOfEnvironment(hostList, env) !== undefined
  const fromAddressAlone = parseServerAddress(address, { PGDATABASE: env.PGDATABASE })
  const hasPorts = hosts.some(({ port }, at) => port !== (hasHosts ? 5432 : fromAddressAlone.hosts[at]?.port))
  const hasUser = user === undefined && Boolean(env.PGUSER)
  const variables = [
    ...(hasHosts ? ['PGHOST'] : []),
    ...(env.PGPORT && hasPorts && portWithoutHost(hostList) === undefined ? ['PGPORT'] : []),
    ...(database === '' ? ['PGDATABASE'] : []),
    ...(hasUser ? ['PGUSER'] : []),
    ...(env.PGSSLROOTCERT && !options.has('sslrootcert') ? ['PGSSLROOTCERT'] : []),
    ...(env.PGCONNECT_TIMEOUT && !options.has('connect_timeout') ? ['PGCONNECT_TIMEOUT'] : []),
    ...(env.PGPASSWORD ? ['PGPASSWORD'] : env.PGPASSFILE ? ['PGPASSFILE'] : []),
  ]
  const formatted = formatHosts(hosts)
  if (!formatted || !variables.some((name) => /^PG(HOST|PORT|DATABASE|USER)$/.test(name)))
    return { address, variables }
  const before = hasUser ? encodeURIComponent(env.PGUSER ?? '') : credentials
  const rest = query.split('&').filter((option) => option !== '' && !option.startsWith('host='))
  const after = [...(formatted.socket === undefined ? [] : [`host=${formatted.socket}`]), ...rest].join('&')
  const authority = `${before === undefined ? '' : `${before}@`}${formatted.authority}`
  const path = database === '' ? encodeURIComponent(databaseName) : database
  return { address: `postgres://${authority}/${path}${after === '' ? '' : `?${after}`}`, variables }
}

/** Hosts in the form of an address; undefined where no address can express them, such as sockets with several ports. */
function formatHosts(hosts: ServerAddress['hosts']): { authority: string; socket?: string } | undefined {
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
function portsFor(hosts: readonly string[], portList = ''): readonly string[] {
  const ports = portList.split(',')
  if (ports.length !== 1 && ports.length !== hosts.length)
    throw invalidAddress('PGPORT names neither one port nor one for each of its hosts')
  for (const port of ports)
    if (!/^\d{0,5}$/.test(port)) throw invalidAddress(`PGPORT is ${port}, which is no port`)
  return hosts.map((_, at) => ports[ports.length === 1 ? 0 : at] ?? '')
}

/** Like PostgreSQL's own programs: whole seconds, of which 0 counts as not given, and 1 as 2. */
function connectTimeout(text = ''): number | undefined {
  if (text === '') return undefined
  if (!/^\d{1,5}$/.test(text)) throw invalidAddress('connect_timeout is a number of seconds')
  const seconds = Number(text)
  return seconds === 0 ? undefined : Math.max(2, seconds) * 1000
}

function parseHost(text: string, defaultPort: string | undefined): { host: string; port: number } {
  const fallback = defaultPort || '5432'
  if (text.startsWith('/')) return { host: text, port: Number(fallback) }
  if (/^[0-9a-f]*:[0-9a-f:.]*:[0-9a-f.:]*$/i.test(text))
    throw invalidAddress('an address of IPv6 stands in [ ], and its port behind them, such as [::1]:5432')
  const [, host, port = fallback] = /^(\[[0-9a-f:.]+\]|[^:@[\]]*)(?::(\d{1,5}))?$/i.exec(text) ?? []
  if (host === undefined || !/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw invalidAddress('a host is a name, or a name and a port')
  return { host: decode(host.replace(/^\[|\]$/g, '')) || 'localhost', port: Number(port) }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalidAddress('a % in it is followed by no number')
  }
}

function invalidAddress(reason: string): Usage {
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
export const storeIdPlaceholder = 'STORE_ID'

/** @throws Unavailable `store-untrusted` */
export function fillInStoreId(path: string, storeId: string): string {
  if (!path.includes(storeIdPlaceholder) || storeId === storeIdPlaceholder) return path
  refuseInvalidStoreId(storeId)
  return path.replace(storeIdPlaceholder, storeId)
}

/**
 * Files are named after the number, and a forged number in the store could name any file.
 * @throws Unavailable `store-untrusted`
 */
export function refuseInvalidStoreId(storeId: unknown): void {
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
