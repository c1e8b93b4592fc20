// Only what biome cannot see yet: promises of other packages (kysely's, Node's) that nobody awaits.
import { parser, plugin } from 'typescript-eslint'

export default [
  { ignores: ['dist/', '.dist-*/'] },
  {
    files: ['**/*.ts'],
    languageOptions: {
      parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { '@typescript-eslint': plugin },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
    },
  },
]
