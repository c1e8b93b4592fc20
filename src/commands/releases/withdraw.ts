import { mutation } from '../../cli/define.ts'
import { argument, withValues } from '../../cli/parameters.ts'
import { closingQuestion } from '../../render/closing.ts'
import { changedReleaseJson, renderChangedRelease } from '../../render/releases.ts'
import { withdrawRelease } from '../../rules/releases/publish.ts'
import { comparableRelease } from './questions.ts'

export const withdraw = () =>
  mutation({
    name: 'withdraw',
    summary: 'let a release open for nobody any more',
    description:
      'Withdraw a release: it opens for nobody any more. Nothing is deleted, and who has a file keeps it. A withdrawn release stays withdrawn; another can be made.',
    args: { release: withValues({ stored: 'release' }, argument('its number or its name')) },
    examples: ['ssh-admin releases withdraw 1 --yes'],
    act: (trx, ctx, { release }) => withdrawRelease(trx, { release, ctx }),
    confirm: {
      question: ({ release: { id, name }, outcome, closes }) =>
        outcome === 'unchanged'
          ? undefined
          : (closingQuestion(closes, `Withdraw release ${id}, ${name}`) ??
            `Withdraw release ${id}, ${name}? It opens for nobody any more, and stays withdrawn.`),
      comparable: comparableRelease,
    },
    render: renderChangedRelease,
    json: changedReleaseJson,
  })
