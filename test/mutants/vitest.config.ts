// For test/mutants/run.ts alone: the tests over a source with mutants in it.
import { join } from 'node:path'
import { mergeConfig } from 'vitest/config'
import config from '../../vitest.config.ts'
import { root } from '../built-program.ts'
import { switches } from './switches.ts'

export default mergeConfig(config, {
  root,
  plugins: [switches(root)],
  test: { runner: join(root, 'test/mutants/runner.ts') },
})
