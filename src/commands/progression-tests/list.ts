import * as z from 'zod'
import { testsOf } from '../../db/progression-tests/holdings.ts'
import { renderTests } from '../../render/progression-tests.ts'
import { findUser } from '../../rules/users/find.ts'
import { command, example } from '../../cli/command.ts'
import { query } from '../../cli/query.ts'

const Options = z.object({ owner: z.string() })

export const list = () =>
  command('list')
    .summary('list the tests that a teacher holds')
    .description('List the learner groups and tests that a teacher owns, with how many results each has.')
    .requiredOption('--owner <email>', "the teacher's address")
    .addHelpText('after', example('ssh-admin progression-tests list --owner amira@school.example'))
    .action(
      query({
        options: Options,
        read: async ({ owner }, { at, by }, { db }) => {
          const { id } = await findUser(db, { email: owner, at, by })
          return testsOf(db, id)
        },
        render: renderTests,
        json: (tests) => ({ progressionTests: tests, total: tests.length }),
      }),
    )
