import { beforeEach, inject } from 'vitest'
import { passwordInFile } from '../src/db/postgres/password-file.ts'
import { parseServerAddress } from '../src/server-address.ts'

/** Every world of this project has its store on the server. */
const server = inject('server')
if (server !== '') process.env.SSH_ADMIN_TEST_DB = server
// The server that test/server.ts starts has `hub`; of another it is found where PostgreSQL's own programs look for it.
process.env.PGPASSWORD ||= passwordOf(server) ?? 'hub'

beforeEach(({ skip }) => {
  if (server === '') skip('there is no server of PostgreSQL here')
})

function passwordOf(address: string): string | undefined {
  if (address === '') return undefined
  const { hosts, database, user = '' } = parseServerAddress(address)
  const [first = { host: '', port: 0 }] = hosts
  return passwordInFile({ ...first, database, user })
}
