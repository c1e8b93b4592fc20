import { defineConfig } from 'vitest/config'
import { onlyInFiles, onlyOnNamedServer, onNamedServer, onServer, openNoStore } from './test/engines.ts'
import { workInMemory } from './test/memory-folder.ts'

workInMemory()

const inProcess = ['test/**/*.test.ts']
const ofPrograms = ['test/end-to-end/**/*.test.ts']
/** They take minutes, and what they try is not another on another line of Node. */
const long = process.env.LEAVE_OUT_LONG_TESTS
  ? ['test/end-to-end/{guessing,import-memory,desks,recorded-before-placed}.test.ts']
  : []
/** What a server answers does not depend on the line of Node that asks. */
const notOnEachNode = process.env.LEAVE_OUT_LONG_TESTS
  ? [
      'test/import/**',
      'test/db/postgres/{desk-role,migrations,store-check,store-restore,words-of-errors}.test.ts',
    ]
  : []
const isServerNamed = Boolean(process.env.SSH_ADMIN_TEST_DB)
/** They are of a server throughout. */
const ofServer = onServer.slice(0, 2)
const setup = ['test/setup.ts']

export default defineConfig({
  test: {
    setupFiles: setup,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: 'forks',
    maxWorkers: 2,
    env: { TZ: 'UTC', NO_COLOR: '1' },
    // What the built program runs in processes of its own is not counted.
    coverage: {
      provider: 'v8',
      include: ['src/**'],
      reporter: ['text', 'json'],
      reportOnFailure: true,
      reportsDirectory: 'coverage',
    },
    projects: [
      // One process reads the source once, for all of its files: nothing in src keeps state at import.
      {
        extends: true,
        test: { name: 'source', include: inProcess, exclude: [...ofPrograms, ...ofServer], isolate: false },
      },
      // These start the built program as processes of its own; no file changes its own process for the next.
      {
        extends: true,
        test: { name: 'program', include: ofPrograms, exclude: [...ofServer, ...long], isolate: false },
      },
      // The same tests once more, with every store on a server of PostgreSQL; all of them where SSH_ADMIN_TEST_DB names one.
      {
        extends: true,
        test: {
          name: 'server',
          isolate: false,
          include: [...onServer, ...(isServerNamed ? onNamedServer : [])],
          exclude: [
            ...Object.keys(onlyInFiles),
            ...openNoStore,
            ...long,
            ...notOnEachNode,
            ...(isServerNamed ? [] : onlyOnNamedServer),
          ],
          setupFiles: [...setup, 'test/on-server.ts'],
          globalSetup: ['test/server.ts'],
        },
      },
    ],
  },
})
