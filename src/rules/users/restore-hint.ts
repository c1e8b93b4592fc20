import type { Account } from './account.ts'

/** What to type to restore a suspended user: a coordinator is restored by the coordinator commands. */
export function restoring({ email, hubRole, centre }: Pick<Account, 'email' | 'hubRole' | 'centre'>): string {
  if (hubRole === 'coordinator') return `ssh-admin coordinator restore ${centre?.number}`
  return `ssh-admin users restore ${email}`
}
