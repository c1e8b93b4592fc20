import { execa } from 'execa'
import { pathToFileURL } from 'node:url'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'

it('is what the tests said, also where a server was started for them', async () => {
  const server = pathToFileURL(resolve('test/server.ts')).href
  const program = `import start from '${server}'
    void start({ provide() {} }).then(async (stop) => { await stop?.(); process.exitCode = 3 })`
  const { SSH_ADMIN_TEST_DB: _, ...env } = process.env
  const ran = await execa('node', ['--import', 'tsx', '--input-type=module', '-e', program], {
    env,
    extendEnv: false,
    reject: false,
  })
  expect(ran.exitCode).toBe(3)
})
