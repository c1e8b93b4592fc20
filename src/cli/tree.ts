import { centres } from '../commands/centres/group.ts'
import { users } from '../commands/users/group.ts'
import { coordinator } from '../commands/coordinator/group.ts'
import { associates } from '../commands/associates/group.ts'
import { roles } from '../commands/roles/group.ts'
import { progressionTests } from '../commands/progression-tests/group.ts'
import { account } from '../commands/account/group.ts'
import { mail } from '../commands/mail/group.ts'
import { templates } from '../commands/templates/group.ts'
import { audit } from '../commands/audit/group.ts'
import { store } from '../commands/store/group.ts'
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
