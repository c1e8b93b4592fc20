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
 * Reads `postgres://user@host:port,host:port/database?schema=…`. A socket is named by its folder: `?host=/run/postgresql`.
 * @throws Usage `invalid-store`, `password-in-address`
 */
export function readSharedPlace(address: string): SharedPlace {
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
  const hosts = (options.get('host') ?? named).split(',').map(hostOf)
  return {
    hosts,
    user: credentials === undefined || credentials === '' ? undefined : decoded(credentials),
    database: decoded(database),
    schema,
    plain: mode === 'disable',
    rootCertificate: options.get('sslrootcert') ?? undefined,
    shown: address,
  }
}

function hostOf(text: string): { host: string; port: number } {
  if (text.startsWith('/')) return { host: text, port: 5432 }
  const [, host, port] = /^(\[[0-9a-f:.]+\]|[^:[\]]*)(?::(\d{1,5}))?$/i.exec(text) ?? []
  if (host === undefined || Number(port ?? 1) > 65_535)
    throw invalid('a host is a name, or a name and a port')
  return { host: decoded(host.replace(/^\[|\]$/g, '')) || 'localhost', port: Number(port ?? 5432) }
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
