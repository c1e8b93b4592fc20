import { defineConfig } from 'vitest/config'
import { workInMemory } from './test/memory-folder.ts'

workInMemory()

const inProcess = ['test/**/*.test.ts']
const ofPrograms = ['test/end-to-end/**/*.test.ts']

export default defineConfig({
  test: {
    // While `npm run mutants` learns which tests reach what.
    setupFiles: ['test/setup.ts', ...(process.env.MUTANTS_REACHED ? ['test/mutants/reached.ts'] : [])],
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
      reportsDirectory: 'coverage',
    },
    projects: [
      // One process reads the source once, for all of its files: nothing in src keeps state at import.
      { extends: true, test: { name: 'source', include: inProcess, exclude: ofPrograms, isolate: false } },
      // These start the built program as processes of its own.
      { extends: true, test: { name: 'program', include: ofPrograms } },
    ],
  },
})
