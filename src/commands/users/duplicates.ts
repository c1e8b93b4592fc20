import { livePeople } from '../../db/users/users.ts'
import { duplicateFields, duplicateJson } from '../../render/duplicates.ts'
import { findCentre } from '../../rules/centres/find.ts'
import { findDuplicates } from '../../rules/users/duplicates.ts'
import { seenBy, visibleCentres } from '../../rules/permissions/decide.ts'
import { listing } from '../../cli/define.ts'
import { allOf } from '../../cli/list-options.ts'
import { orName, option } from '../../cli/parameters.ts'

export const duplicates = () =>
  listing({
    name: 'duplicates',
    summary: 'list accounts that may be the same person',
    description:
      'List pairs of accounts that may be the same person, within and across centres: one name with nearly one address, one name twice at a centre, and addresses that are read as one another. Of more than three that are alike, the first two are listed, with how many more there are; of a name that more than 200 people have, addresses are not compared. It is for somebody to decide; nothing is changed.\nIn a pipe: reason, then address, name, centre and status of the one and of the other, and how many more.',
    options: {
      centre: orName('centre', option('<centre>', 'only within this centre')),
    },
    examples: ['ssh-admin users duplicates', 'ssh-admin users duplicates --centre EG001'],
    singular: 'pair',
    answer: 'duplicates',
    key: 'duplicates',
    fields: duplicateFields,
    table: ['email', 'name', 'centre', 'other-email', 'other-centre', 'why'],
    id: 'email',
    find: async ({ store: { db }, ctx }, { centre: number }) => {
      const centre = number === undefined ? undefined : (await findCentre(db, number, ctx)).id
      const people = livePeople(db, { visible: visibleCentres(ctx.by), centre })
      return { ...allOf(await findDuplicates(people)), seen: seenBy(ctx.by) }
    },
    json: duplicateJson,
    none: 'No two accounts look like the same person.',
  })
