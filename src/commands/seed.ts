import * as z from 'zod'
import { seedStore } from '../rules/store/seed.ts'
import { wholeNumberOf } from '../cli/options.ts'
import { mutation } from '../cli/define.ts'
import { flag, option } from '../cli/parameters.ts'

const count = (least: number, most: number) =>
  wholeNumberOf('a whole number').pipe(
    z.number().min(least, `at least ${least}`).max(most, `at most ${most}`),
  )

export const seed = () =>
  mutation({
    name: 'seed',
    summary: 'fill an empty store with invented centres and users',
    description:
      'Fill an empty store with invented centres and users, to try things out. You are asked first, with the name of the store. Their addresses are at domains that cannot exist. The same numbers make the same ones every time.',
    options: {
      centres: option('<n>', 'how many centres', count(1, 100_000).default(20)),
      users: option('<n>', 'how many users, shared out among the centres', count(0, 1_000_000).default(200)),
      seed: option('<n>', 'another number, other people', count(0, 1e9).default(1)),
      releases: flag('Key Times, entries, resources and releases too'),
    },
    examples: [
      'ssh-admin seed --centres 20 --users 200 --db trial.db --yes',
      'ssh-admin seed --releases --db trial.db --yes',
    ],
    createsStore: true,
    act: (trx, ctx, request) => seedStore(trx, { ...request, ctx }),
    confirm: {
      question: ({ centres, users }, { session }) =>
        `Fill the store ${session.settings.db.value ?? ''} with ${centres} invented centres and ${users} invented users?`,
      comparable: ({ centres, users }) => [centres, users],
    },
    render: ({ centres, users, releases }) =>
      `${centres} centres and ${users} users were made up${releases === null ? '' : `, ${releases.keyTimes} Key Times, ${releases.entries} entries, ${releases.resources} resources and ${releases.releases} releases`}.`,
    json: (made) => ({ ...made, changed: true }),
  })
