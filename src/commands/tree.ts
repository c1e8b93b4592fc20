import { centres } from './centres/noun.ts'
import { users } from './users/noun.ts'
import { coordinator } from './coordinator/noun.ts'
import { associates } from './associates/noun.ts'
import { roles } from './roles/noun.ts'
import { progressionTests } from './progression-tests/noun.ts'
import { account } from './account/noun.ts'
import { mail } from './mail/noun.ts'
import { templates } from './templates/noun.ts'
import { audit } from './audit/noun.ts'
import { store } from './store/noun.ts'
import type { Loader, Noun } from './noun.ts'

/** The words typed are the path of the command. */
export const tree: Readonly<Record<string, Loader | Noun>> = {
  centres,
  users,
  coordinator,
  associates,
  roles,
  'progression-tests': progressionTests,
  account,
  mail,
  templates,
  audit,
  store,
  seed: async () => (await import('./seed.ts')).seed,
  config: async () => (await import('./config.ts')).config,
  completion: async () => (await import('./completion.ts')).completion,
  help: async () => (await import('./help.ts')).help,
}

/** One line for each command without a noun, so that the first help loads none of them. */
export const summaries: Readonly<Record<string, string>> = {
  seed: 'fill an empty store with invented centres and users',
  config: 'show each setting and where it came from',
  completion: 'print what makes a shell complete commands',
  help: 'explain exit codes, JSON, settings, the workbook, mail',
}
