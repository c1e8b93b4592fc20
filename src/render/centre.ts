import type { CentreWithPeople } from '../db/centres/centres.ts'
import { countryName } from '../countries.ts'

/** A centre as every answer with --json shows it. */
export function centreJson(centre: CentreWithPeople) {
  return {
    id: centre.id,
    number: centre.number,
    name: centre.name,
    kind: centre.kind,
    associate: centre.associate_number,
    status: centre.deleted_at === null ? centre.status : 'deleted',
    address: centre.address,
    town: centre.town,
    postcode: centre.postcode,
    country: countryName(centre.country),
    britishCouncil: centre.british_council === 1,
    globalListening: centre.global_listening === 1,
    coordinator:
      centre.coordinator_email === null
        ? null
        : {
            email: centre.coordinator_email,
            name: `${centre.coordinator_first_name} ${centre.coordinator_last_name}`.trim(),
            status: centre.coordinator_status,
          },
    users: centre.user_count ?? 0,
    createdAt: centre.created_at,
    deletedAt: centre.deleted_at,
  }
}
