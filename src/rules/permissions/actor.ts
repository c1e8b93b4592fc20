import type { CentreKind, HubRole } from '../../db/schema.ts'

/** Who a command acts for, and which person at which machine typed it. */
export type Actor = Staff | ActingUser

/** What was typed, and by whom. */
export interface CommandOrigin {
  /** The operating system's user and host. */
  readonly operator: string
  /** The words typed, such as `users suspend`. */
  command: string
  /** Whether --dry-run was given; a refusal is recorded even then, and its record says so. */
  dryRun?: boolean
}

interface Staff extends CommandOrigin {
  kind: 'staff'
}

export interface ActingUser extends CommandOrigin {
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
  actor: Actor
  at: Date
  /** Fresh random bytes. */
  random: (bytes: number) => Buffer
  /** The address that every message comes from. */
  sender: string
  /** Whether the batch sends this message, by its number, at its end; absent outside a batch. */
  willDeliver?: (message: number) => boolean
}

/** Whether the command deletes something: then no similar name is suggested, because it could be pasted unread. */
export function isDeleting(actor: Pick<CommandOrigin, 'command'> | undefined): boolean {
  return actor !== undefined && /\b(delete|erase|remove)$/.test(actor.command)
}
