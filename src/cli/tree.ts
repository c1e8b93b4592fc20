import { centres } from '../commands/centres/noun.ts'
import { users } from '../commands/users/noun.ts'
import { coordinator } from '../commands/coordinator/noun.ts'
import { associates } from '../commands/associates/noun.ts'
import { roles } from '../commands/roles/noun.ts'
import { progressionTests } from '../commands/progression-tests/noun.ts'
import { account } from '../commands/account/noun.ts'
import { mail } from '../commands/mail/noun.ts'
import { templates } from '../commands/templates/noun.ts'
import { audit } from '../commands/audit/noun.ts'
import { store } from '../commands/store/noun.ts'
import type { Loader, Noun } from './group.ts'

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
  seed: async () => (await import('../commands/seed.ts')).seed,
  config: async () => (await import('../commands/config.ts')).config,
  completion: async () => (await import('../commands/completion.ts')).completion,
  help: async () => (await import('../commands/help.ts')).help,
}

/** One line for each command without a noun, so that the first help loads none of them. */
export const summaries: Readonly<Record<string, string>> = {
  seed: 'fill an empty store with invented centres and users',
  config: 'show each setting and where it came from',
  completion: 'print what makes a shell complete commands',
  help: 'explain exit codes, JSON, settings, the workbook, mail',
}
