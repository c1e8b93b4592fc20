import { execa } from 'execa'
import { pathToFileURL } from 'node:url'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import startServer from '../../server.ts'

it.each([
  [3, 'void start({ provide() {} }).then(async (stop) => { await stop?.(); process.exitCode = 3 })'],
  [0, 'const stop = await start({ provide() {} }); await stop?.()'],
])('is what the tests said (%i), also where a server was started for them', async (exit, work) => {
  const server = pathToFileURL(resolve('test/server.ts')).href
  const program = `import start from '${server}'
    ${work}`
  const { SSH_ADMIN_TEST_DB: _, ...env } = process.env
  const ran = await execa('node', ['--import', 'tsx', '--input-type=module', '-e', program], {
    env,
    extendEnv: false,
    reject: false,
  })
  expect(ran.exitCode).toBe(exit)
})

it('an empty SSH_ADMIN_TEST_DB names no server: one is started all the same, and no half of the tests is left out', async () => {
  const named = process.env.SSH_ADMIN_TEST_DB
  process.env.SSH_ADMIN_TEST_DB = ''
  const provided: unknown[] = []
  try {
    const stop = await startServer({ provide: (name, value) => provided.push([name, value]) })
    await stop?.()
  } finally {
    process.env.SSH_ADMIN_TEST_DB = named
  }
  expect(provided).toEqual([
    ['server', expect.stringMatching(/^postgres:\/\/hub@127\.0\.0\.1:\d+\/postgres$/)],
  ])
})
