import { preparedMutation } from '../../cli/define.ts'
import { argument, repeated, requiredOption, withValues } from '../../cli/parameters.ts'
import { commaList } from '../../cli/typed-values.ts'
import { Usage } from '../../errors.ts'
import { releaseJson, renderCreatedRelease } from '../../render/releases.ts'
import { typedAudience } from '../../rules/releases/audience.ts'
import { createRelease } from '../../rules/releases/create.ts'
import { momentTyped, typedMoment } from '../../rules/releases/moment.ts'
import { closesTyped, nameTyped, releaseOptions } from './typed.ts'

export const create = () =>
  preparedMutation({
    name: 'create',
    summary: 'draft what opens for which centres, and when',
    description: `Draft a release: which resources open for whom, from a moment until another. It opens for nobody until it is published.
A moment is the same for everybody, or so long before or after the Key Time of a day and session at each centre.`,
    args: { name: argument('what it is called', nameTyped) },
    options: {
      ...releaseOptions,
      resource: withValues(
        { stored: 'resource' },
        repeated('<ids>', 'the numbers of its resources, which resources list shows', commaList),
      ),
      opens: withValues(
        ['now', 'key-time'],
        requiredOption(
          '<moment>',
          "2026-06-02T08:00Z, now, or 'key-time AM 2026-06-02 - 2h': so long before the Key Time of each centre",
        ),
      ),
    },
    examples: [
      "ssh-admin releases create 'Listening June' --resource 1 --opens 'key-time AM 2026-06-02 - 2h' --closes 2026-06-03T00:00Z --for entries",
    ],
    prepare: async ({ name, resource: resources, opens, closes, for: audience }) => {
      if (resources.length === 0) {
        throw new Usage('Which resources?', { code: 'missing-value', hint: '--resource ID' })
      }
      return {
        name,
        resources,
        audience: audience.map(typedAudience),
        opens: typedMoment(opens),
        closes: closes === undefined ? null : closesTyped(closes),
      }
    },
    act: (trx, ctx, { opens, closes, ...wanted }) =>
      createRelease(trx, {
        ...wanted,
        opens: momentTyped(opens, ctx.at),
        closes: closes && momentTyped(closes, ctx.at),
        ctx,
      }),
    render: renderCreatedRelease,
    json: (release) => ({ ...releaseJson(release), changed: true }),
  })
