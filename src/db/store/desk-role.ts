import { Usage } from '../../errors.ts'
import { isServerAddress } from '../../server-address.ts'

export interface DeskRole {
  role: string
  /** What makes it, each to be run by whoever owns the store. */
  statements: string[]
  made: boolean
}

/** @throws Usage `store-is-a-file`: nobody signs in to a file */
export async function deskRoleOf(address: string, how: { make: boolean }): Promise<DeskRole> {
  refuseFile(address)
  const { deskRole } = await import('../postgres/desk-role.ts')
  return deskRole(address, how)
}

export function refuseFile(address: string): void {
  if (isServerAddress(address)) return
  throw new Usage('Roles are for a store on a server, and this one is a file.', {
    code: 'store-is-a-file',
    hint: 'Name the server: --db postgres://hub@db.example/hub',
  })
}
