import { beforeEach, inject } from 'vitest'

/** Every world of this project has its store on the server. */
const server = inject('server')
if (server !== '') process.env.SSH_ADMIN_TEST_DB = server
// Of the server that test/server.ts starts; another is asked as its own environment says.
process.env.PGPASSWORD ??= 'hub'

beforeEach(({ skip }) => {
  if (server === '') skip('there is no server of PostgreSQL here')
})
