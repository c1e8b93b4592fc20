import { listing } from '../../cli/define.ts'
import { option, orName, yesOption, withValues } from '../../cli/parameters.ts'
import { findReleases } from '../../db/releases/releases.ts'
import {
  authorisationFields,
  authorisationJson,
  authorisationsInFull,
  type ListedAuthorisation,
} from '../../render/releases.ts'
import { findOwnCentre } from '../../rules/centres/find-own.ts'
import { authorisationsOf } from '../../rules/releases/authorisations.ts'
import { findRelease } from '../../rules/releases/release.ts'
import { readReleaseFacts } from '../../rules/releases/release-facts.ts'
import { visibleAuthorisations } from '../../rules/releases/visible.ts'

export const authorisations = () =>
  listing({
    name: 'authorisations',
    summary: 'what opens for which centre, from when until when',
    description: `List what is released for each centre: which resources, from when in its local time and in UTC, and until when. Computed at this moment from releases, Key Times, entries and centres.
With --as what that person may see. With --release a draft too, to check it before it is published.
In a pipe: release, its name, centre, its name, resources, state, opens there, opens in UTC, closes in UTC, problem.`,
    options: {
      centre: orName('centre', option('<centre>', 'for this centre')),
      release: withValues({ stored: 'release' }, option('<release>', 'of this release, by number or name')),
      out: option('<file>', 'write the list into a file instead: .xlsx or .csv'),
      yes: yesOption('replace the file that is there without asking'),
    },
    examples: [
      'ssh-admin releases authorisations --centre EG001',
      'ssh-admin releases authorisations --release 1 --out listening-june.xlsx',
    ],
    singular: 'authorisation',
    answer: 'authorisationList',
    key: 'authorisations',
    fields: authorisationFields,
    table: ['release-name', 'centre', 'resources', 'state', 'opens-local', 'opens', 'closes', 'problem'],
    dropOrder: ['closes', 'problem', 'resources', 'state'],
    below: authorisationsInFull,
    id: 'centre',
    toFile: ({ out }) => out,
    find: async ({ store: { db }, ctx }, { centre, release: named }) => {
      const { by, at } = ctx
      const own = by.kind === 'user' ? by.centre.number : undefined
      const number = centre ?? own
      const numbers = number === undefined ? undefined : [(await findOwnCentre(db, number, ctx)).number]
      const isStaff = by.kind === 'staff'
      const wanted =
        named !== undefined && isStaff
          ? [await findRelease(db, named)]
          : (await findReleases(db, { states: ['released'] })).filter(
              ({ id, name }) => named === undefined || String(id) === named || name === named,
            )
      const visible = await visibleAuthorisations(db, ctx)
      const facts = await readReleaseFacts(db, { releases: wanted, meant: { numbers } })
      function* rows(): Generator<ListedAuthorisation> {
        for (const release of wanted)
          for (const one of authorisationsOf(release, facts)) {
            const authorisation = visible(one)
            if (authorisation) yield { authorisation, at }
          }
      }
      return { rows: ({ reverse }) => (reverse ? [...rows()].reverse() : rows()) }
    },
    json: authorisationJson,
    none: 'Nothing is released.',
  })
