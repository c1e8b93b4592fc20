import { defineConfig } from 'vitest/config'
import { workInMemory } from './test/memory-folder.ts'

workInMemory()

const inProcess = ['test/**/*.test.ts']
const ofPrograms = ['test/end-to-end/**/*.test.ts']
const ofServer = 'test/db/postgres/**'
/** They take minutes, and what they try is not another on another line of Node. */
const long = process.env.LEAVE_OUT_LONG_TESTS
  ? ['test/end-to-end/{guessing,import-memory,desks,recorded-before-placed}.test.ts']
  : []
/** Processes of the built program, at one server. */
const ofDesks = 'test/end-to-end/desks.test.ts'
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
        test: { name: 'source', include: inProcess, exclude: [...ofPrograms, ofServer], isolate: false },
      },
      // These start the built program as processes of its own.
      { extends: true, test: { name: 'program', include: ofPrograms, exclude: [ofDesks, ...long] } },
      // The rules once more, with every store on a server of PostgreSQL. What each actor may do is decided before any
      // store is asked, in hundreds of cases: those run there only where SSH_ADMIN_TEST_DB names a server.
      {
        extends: true,
        test: {
          name: 'server',
          include: [`${ofServer}/*.test.ts`, ofDesks, 'test/rules/**/*.test.ts'],
          exclude: [
            ...long,
            ...(process.env.SSH_ADMIN_TEST_DB ? [] : ['test/rules/what-each-actor-*.test.ts']),
          ],
          setupFiles: [...setup, 'test/on-server.ts'],
          globalSetup: ['test/server.ts'],
        },
      },
    ],
  },
})
