import * as z from 'zod'
import { findLiveUser } from '../../db/users/users.ts'
import { typedAddress } from '../../rules/users/email.ts'
import { mayLearnOf, outsideView } from '../../rules/permissions/decide.ts'
import { command, example } from '../../cli/command.ts'
import { answer, action } from '../../cli/action.ts'

const Options = z.object({ email: z.string() })

export const exists = () =>
  command('exists')
    .summary('say by the exit code whether an address has an account')
    .description(
      'Exit with 0 when the address has an account that is not deleted, else with 4. Prints nothing.',
    )
    .argument('<email>', 'the address')
    .addHelpText('after', example('ssh-admin users exists amira@school.example'))
    .action(
      action(Options, async ({ email }, session) => {
        const { key } = typedAddress(email)
        const store = await session.open('read')
        try {
          const { by, at } = await session.ctx(store)
          const found = await findLiveUser(store.db, key)
          if (by.kind === 'user' && !(found && mayLearnOf(by, found.centre_id))) {
            throw outsideView({ by, at }, { name: email, userId: found?.id })
          }
          await answer(session, { text: '', json: { exists: found !== undefined } })
          return found ? 0 : 4
        } finally {
          await store.close()
        }
      }),
    )
