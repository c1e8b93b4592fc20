import type { Kysely } from 'kysely'
import type { Store, UserStatus } from '../schema.ts'
import { isVisible, type VisibleCentres } from '../centres/visible.ts'

/** As much of a user as it takes to compare them with others. */
export interface PersonRow {
  id: number
  email: string
  emailKey: string
  firstName: string
  lastName: string
  /** The centre's number. */
  centre: string | null
  status: UserStatus
  lastSignedInAt: string | null
}

/** Every user who is not deleted, of the centres that may be seen. */
export function livePeople(
  db: Kysely<Store>,
  { visible, centre }: { visible: VisibleCentres; centre?: number },
): Promise<PersonRow[]> {
  const people = db
    .selectFrom('users')
    .leftJoin('centres', 'centres.id', 'users.centre_id')
    .select([
      'users.id',
      'email',
      'email_key as emailKey',
      'first_name as firstName',
      'last_name as lastName',
      'centres.number as centre',
      'users.status',
      'last_signed_in_at as lastSignedInAt',
    ])
    .where('users.status', '<>', 'deleted')
    .where(isVisible('users.centre_id', visible))
  return (centre === undefined ? people : people.where('users.centre_id', '=', centre)).execute()
}
