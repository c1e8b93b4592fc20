import { mutation } from '../../cli/define.ts'
import { argument, withValues } from '../../cli/parameters.ts'
import { publishedReleaseJson, renderPublishedRelease } from '../../render/releases.ts'
import { publishRelease } from '../../rules/releases/publish.ts'
import { comparableWithOutlook, publishQuestion } from './questions.ts'

export const publish = () =>
  mutation({
    name: 'publish',
    summary: 'release it: from now on it opens, for each centre at its moment',
    description: `Release a draft. You are asked first, with how many centres it is for, when it opens first and last, which have no Key Time and never see it, and which time zones there are.
With --dry-run, or releases authorisations --release, the whole list, centre by centre.`,
    args: { release: withValues({ stored: 'release' }, argument('its number or its name')) },
    examples: ['ssh-admin releases publish 1 --yes'],
    act: async (trx, ctx, { release }) => ({
      ...(await publishRelease(trx, { release, ctx })),
      at: ctx.at,
      rehearsed: ctx.by.dryRun === true,
    }),
    confirm: { question: publishQuestion, comparable: comparableWithOutlook },
    render: renderPublishedRelease,
    json: (published) => publishedReleaseJson(published, published.at),
  })
