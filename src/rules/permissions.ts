import type { Trx } from '../db/transact.ts'
import { NotPermitted } from '../errors.ts'
import type { Actor, Given } from './actor.ts'
import { record } from './record.ts'

/** What can be done, as the matrix names it. */
export type Action =
  | 'centres.import'
  | 'centres.create'
  | 'centres.edit'
  | 'centres.delete'
  | 'centres.restore'
  | 'users.create'
  | 'users.create-admin'
  | 'users.edit'
  | 'users.rights'
  | 'users.suspend'
  | 'users.restore'
  | 'users.delete'
  | 'users.transfer'
  | 'users.move'
  | 'users.remove'
  | 'users.reset-password'
  | 'users.pin'
  | 'users.erase'
  | 'coordinator.add'
  | 'coordinator.change'
  | 'coordinator.suspend'
  | 'coordinator.restore'
  | 'associates.assign'
  | 'roles.grant'
  | 'progression-tests.import'
  | 'mail.send'
  | 'templates.edit'
  | 'store.administer'

/** What it is done to: a user, a centre, a role to be given. */
export interface Target {
  /** As a message names it: an address or a centre number. */
  name: string
  user?: { id: number; hubRole: string | null; roles: readonly string[]; centre: CentreFacts | null }
  centre?: CentreFacts
  /** The role to be granted or revoked. */
  role?: string
}

interface CentreFacts {
  id: number
  number: string
  kind: string
  associateId: number | null
}

/** Lets pass what the matrix allows; anything else is refused, and the refusal recorded. */
export function permit({ by, at }: Pick<Given, 'by' | 'at'>, action: Action, target: Target): void {
  if (mayDo(by, action, target)) return
  throw new NotPermitted(`${by.kind === 'user' ? by.email : 'This actor'} may not do that (${action}).`, {
    hint: `ssh-admin roles check ${by.kind === 'user' ? by.email : ''} ${action} ${target.name}`,
    keep: (trx: Trx) =>
      record(trx, { by, at, action, subject: target.name, kind: 'refusal', userId: target.user?.id }),
  })
}

function mayDo(by: Actor, _action: Action, _target: Target): boolean {
  return by.kind === 'staff'
}
