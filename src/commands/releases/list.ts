import { listing } from '../../cli/define.ts'
import { allOf } from '../../cli/list-options.ts'
import { listOf } from '../../cli/typed-values.ts'
import { repeated, withValues } from '../../cli/parameters.ts'
import { findReleases } from '../../db/releases/releases.ts'
import type { ReleaseState } from '../../db/schema.ts'
import { type ListedRelease, listedReleaseJson, releaseFields } from '../../render/releases.ts'
import { reachOf } from '../../rules/releases/reach.ts'
import { readReleaseFacts } from '../../rules/releases/release-facts.ts'
import { unknownName } from '../../rules/unknown-name.ts'

const states: readonly ReleaseState[] = ['draft', 'released', 'withdrawn']

export const list = () =>
  listing({
    name: 'list',
    summary: 'list releases, with when they open and where they never will',
    description:
      'List releases, newest first: for how many centres, when the first and the last of them opens, and how many have no Key Time.\nIn a pipe: number, name, state, resources, audience, opens, closes, centres, first, last, without a Key Time.',
    options: {
      state: withValues(states, repeated('<state>', states.join(', '), listOf(stateNamed))),
    },
    examples: ['ssh-admin releases list --state released'],
    singular: 'release',
    answer: 'releaseList',
    key: 'releases',
    fields: releaseFields,
    table: ['id', 'name', 'state', 'for', 'centres', 'first', 'last', 'without-key-time'],
    id: 'id',
    find: async ({ store: { db } }, { state }) => {
      const releases = await findReleases(db, { states: state })
      const facts = await readReleaseFacts(db, { releases })
      const listed = (release: (typeof releases)[number]): ListedRelease => {
        return { release, reach: reachOf(release, facts) }
      }
      return allOf(releases.map(listed))
    },
    json: listedReleaseJson,
    none: 'No releases.',
  })

function stateNamed(name: string): ReleaseState {
  const state = states.find((one) => one === name.toLowerCase())
  if (state) return state
  throw unknownName({ kind: 'state', name, known: states })
}
