import { query } from '../../cli/define.ts'
import { argument, withValues } from '../../cli/parameters.ts'
import { renderRelease, shownReleaseJson } from '../../render/releases.ts'
import { outlookOf } from '../../rules/releases/outlook.ts'
import { findRelease } from '../../rules/releases/release.ts'

export const show = () =>
  query({
    name: 'show',
    summary: 'show a release, and when it opens around the world',
    description:
      'Show what a release opens, for whom, and when it opens around the world: one line for each moment, with the centres and their time zones; and the centres for which it never opens.',
    args: { release: withValues({ stored: 'release' }, argument('its number or its name')) },
    examples: ['ssh-admin releases show 1'],
    read: async ({ db }, _ctx, { release: named }) => {
      const release = await findRelease(db, named)
      return { release, outlook: await outlookOf(db, release) }
    },
    render: renderRelease,
    json: shownReleaseJson,
  })
