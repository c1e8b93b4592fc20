import { defineConfig } from 'vitest/config'
import { workInMemory } from './test/memory-folder.ts'

workInMemory()

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
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
  },
})
