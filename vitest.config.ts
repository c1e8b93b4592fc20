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
/** The tests that have their stores on a server too. */
const onServer = [
  'test/{rules,import,mail}/**/*.test.ts',
  'test/commands/{account,associates,audit,centres,coordinator,entries,mail,resources,templates,users}/**/*.test.ts',
]
/** Decided before any store is asked, in hundreds of cases, or about what is shown of the same answers. */
const ofNamedServer = {
  include: [
    'test/{cli,render}/**/*.test.ts',
    'test/commands/*.test.ts',
    'test/db/{audit-events,prepared}.test.ts',
    'test/db/{imports,key-times}/**/*.test.ts',
  ],
  exclude: ['test/rules/what-each-actor-*.test.ts'],
}
/** They begin stores in files, or look at the folder of one that nobody began. */
const ofFiles = ['test/commands/{config,json-examples,seed,typed-addresses}.test.ts']
/** What a server answers does not depend on the line of Node that asks. */
const notOnEachNode = process.env.LEAVE_OUT_LONG_TESTS ? ['test/import/**'] : []
const isServerNamed = Boolean(process.env.SSH_ADMIN_TEST_DB)
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
      // The same tests once more, with every store on a server of PostgreSQL; all of them where SSH_ADMIN_TEST_DB names one.
      {
        extends: true,
        test: {
          name: 'server',
          include: [
            `${ofServer}/*.test.ts`,
            ofDesks,
            ...onServer,
            ...(isServerNamed ? ofNamedServer.include : []),
          ],
          exclude: [...long, ...notOnEachNode, ...ofFiles, ...(isServerNamed ? [] : ofNamedServer.exclude)],
          setupFiles: [...setup, 'test/on-server.ts'],
          globalSetup: ['test/server.ts'],
        },
      },
    ],
  },
})
