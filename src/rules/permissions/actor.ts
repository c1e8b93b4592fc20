import type { CentreKind, HubRole } from '../../db/schema.ts'

/** Who a command acts for, and which person at which machine typed it. */
export type Actor = Staff | ActingUser

/** What was typed, and by whom. */
export interface Typed {
  /** The operating system's user and host. */
  readonly operator: string
  /** The words typed, such as `users suspend`. */
  command: string
  /** It was typed with --dry-run: what is recorded all the same says so. */
  dryRun?: boolean
}

interface Staff extends Typed {
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
export interface RuleContext {
  by: Actor
  at: Date
  /** Fresh random bytes. */
  random: (bytes: number) => Buffer
  /** The address that every message comes from. */
  sender: string
  /** Whether this message goes out once all of a batch is done; absent where none is. */
  willDeliver?: (message: number) => boolean
}

/** Nothing that is only like what was typed is suggested to whoever deletes it. */
export function isDeleting(by: Pick<Typed, 'command'> | undefined): boolean {
  return by !== undefined && /\b(delete|erase|remove)$/.test(by.command)
}
