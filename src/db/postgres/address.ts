import { parseServerAddress, type ServerAddress } from '../../server-address.ts'

/** Where a shared store is: what its address leaves out is taken from PostgreSQL's own variables, as its programs do. */
export function serverAddressOf(address: string): ServerAddress {
  return parseServerAddress(address, process.env)
}
