import type { Kysely } from 'kysely'
import type { Store } from '../db/schema.ts'
import { findLiveUser } from '../db/users.ts'
import { NotPermitted } from '../errors.ts'
import { accountOf } from './account.ts'
import type { Actor } from './actor.ts'
import { typedAddress } from './email.ts'

interface Acting {
  operator: string
  command: string
  /** Absent: Cambridge staff. */
  email: string | undefined
  at: Date
}

/** Who a command acts for. A user who cannot sign in may do nothing, and reads no reason why. */
export async function findActor(db: Kysely<Store>, { operator, command, email, at }: Acting): Promise<Actor> {
  if (email === undefined) return { kind: 'staff', operator, command }
  const row = await findLiveUser(db, typedAddress(email).key)
  const account = row && accountOf(row, at)
  if (!account?.canSignIn || !account.centre) {
    throw new NotPermitted(`${email} may not do anything here.`, {
      hint: 'Only somebody who can sign in may act: ssh-admin users show says more.',
    })
  }
  const assigned = await db
    .selectFrom('assignments')
    .select('centre_id')
    .where('user_id', '=', account.id)
    .execute()
  const { id, hubRole, roles, centre } = account
  return {
    kind: 'user',
    operator,
    command,
    id,
    email: account.email,
    hubRole,
    roles,
    centre: { id: centre.id, number: centre.number, kind: centre.kind },
    assigned: assigned.map(({ centre_id }) => centre_id),
  }
}
