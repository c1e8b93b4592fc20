import { testsOf } from '../../db/progression-tests/holdings.ts'
import { renderTests } from '../../render/progression-tests.ts'
import { findUser } from '../../rules/users/find.ts'
import { query } from '../../cli/define.ts'
import { requiredOption } from '../../cli/parameters.ts'

export const list = () =>
  query({
    name: 'list',
    summary: 'list the tests that a teacher holds',
    description: 'List the learner groups and tests that a teacher owns, with how many results each has.',
    options: {
      owner: requiredOption('<email>', "the teacher's address"),
    },
    examples: ['ssh-admin progression-tests list --owner amira@school.example'],
    read: async ({ db }, { at, by }, { owner }) => {
      const { id } = await findUser(db, { email: owner, at, by })
      return testsOf(db, id)
    },
    render: renderTests,
    json: (tests) => ({ progressionTests: tests, total: tests.length }),
  })
