import { testsOf } from '../../db/progression-tests/holdings.ts'
import { testFields } from '../../render/progression-tests.ts'
import { findUser } from '../../rules/users/find.ts'
import { listing } from '../../cli/define.ts'
import { allOf } from '../../cli/list-options.ts'
import { orName, requiredOption } from '../../cli/parameters.ts'

export const list = () =>
  listing({
    name: 'list',
    summary: 'list the tests that a teacher holds',
    description: 'List the learner groups and tests that a teacher owns, with how many results each has.',
    options: {
      owner: orName('user', requiredOption('<email>', "the teacher's address or name")),
    },
    examples: ['ssh-admin progression-tests list --owner amira@school.example'],
    singular: 'test',
    answer: 'progressionTests',
    key: 'progressionTests',
    fields: testFields,
    id: 'test',
    find: async ({ store: { db }, ctx: { at, by } }, { owner }) => {
      const { id } = await findUser(db, { email: owner, at, by })
      return allOf(await testsOf(db, id))
    },
    json: (test) => test,
    none: 'No tests.',
  })
