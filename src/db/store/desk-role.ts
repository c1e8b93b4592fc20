import { Usage } from '../../errors.ts'
import { isServerAddress } from '../../server-address.ts'
import type { Opening } from './opening.ts'

export interface DeskRole {
  role: string
  /** What makes it, each to be run by whoever owns the store. */
  statements: string[]
  made: boolean
}

export async function deskRoleOf(opening: Opening, how: { make: boolean }): Promise<DeskRole> {
  const { deskRole } = await import('../postgres/desk-role.ts')
  return deskRole(opening, how)
}

/** @throws Usage `store-is-a-file`: nobody signs in to a file */
export function refuseFile(address: string): void {
  if (isServerAddress(address)) return
  throw new Usage('Roles are for a store on a server, and this one is a file.', {
    code: 'store-is-a-file',
    hint: 'Name the server: --db postgres://hub@db.example/hub',
  })
}
