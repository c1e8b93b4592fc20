import * as z from 'zod'
import { seedStore } from '../rules/store/seed.ts'
import { wholeNumberOf } from '../cli/options.ts'
import { mutation } from '../cli/mutation.ts'
import { mutationCommand, example } from '../cli/command.ts'

const count = (least: number, most: number) =>
  wholeNumberOf('a whole number').pipe(
    z.number().min(least, `at least ${least}`).max(most, `at most ${most}`),
  )

const Options = z.object({
  centres: count(1, 100_000).default(20),
  users: count(0, 1_000_000).default(200),
  seed: count(0, 1e9).default(1),
})

export const seed = () =>
  mutationCommand('seed')
    .summary('fill an empty store with invented centres and users')
    .description(
      'Fill an empty store with invented centres and users, to try things out. You are asked first, with the name of the store. Their addresses are at domains that cannot exist. The same numbers make the same ones every time.',
    )
    .option('--centres <n>', 'how many centres', '20')
    .option('--users <n>', 'how many users, shared out among the centres', '200')
    .option('--seed <n>', 'another number, other people', '1')
    .addHelpText('after', example('ssh-admin seed --centres 20 --users 200 --db trial.db --yes'))
    .action(
      mutation({
        options: Options,
        createsStore: true,
        act: (request, ctx) => (trx) => seedStore(trx, { ...request, ctx }),
        confirm: {
          question: ({ centres, users }, { session }) =>
            `Fill the store ${session.settings.db.value ?? ''} with ${centres} invented centres and ${users} invented users?`,
          agreedOn: ({ centres, users }) => [centres, users],
        },
        render: ({ centres, users }) => `${centres} centres and ${users} users were made up.`,
        json: (made) => ({ ...made, changed: true }),
      }),
    )
