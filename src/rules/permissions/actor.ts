import type { CentreKind, HubRole } from '../../db/schema.ts'

/** Who a command acts for, and which person at which machine typed it. */
export type Actor = Staff | ActingUser

interface Typed {
  /** The operating system's user and host. */
  operator: string
  /** The words typed, such as `users suspend`. */
  command: string
  /** It was typed with --dry-run: what is recorded all the same says so. */
  dryRun?: boolean
}

export interface Staff extends Typed {
  kind: 'staff'
}

export interface ActingUser extends Typed {
  kind: 'user'
  id: number
  email: string
  hubRole: HubRole | null
  roles: readonly string[]
  centre: { id: number; number: string; kind: CentreKind }
  /** The associate centres assigned to this account, by id. */
  assigned: readonly number[]
}

/** What every rule is given besides its request. */
export interface Given {
  by: Actor
  at: Date
  /** Fresh random bytes. */
  random: (bytes: number) => Buffer
  /** The address that every message comes from. */
  sender: string
}
