import { findLiveUser } from '../../db/users/users.ts'
import { refuseUnusableAddress, parseAddress } from '../../rules/users/email.ts'
import { maySeeCentre, hiddenTarget } from '../../rules/permissions/decide.ts'
import { query } from '../../cli/define.ts'
import { addressArgument } from '../../cli/typed-arguments.ts'

export const exists = () =>
  query({
    name: 'exists',
    summary: 'say by the exit code whether an address has an account',
    description:
      'Exit with 0 when the address has an account that is not deleted, else with 4. Prints nothing.',
    args: { email: addressArgument() },
    examples: ['ssh-admin users exists amira@school.example'],
    read: async ({ db }, { actor, at }, { email }) => {
      const address = parseAddress(email)
      const found = await findLiveUser(db, address.key)
      const isSeen = found !== undefined && maySeeCentre(actor, found.centre_id)
      if (!isSeen) refuseUnusableAddress(address)
      if (actor.kind === 'user' && !isSeen) {
        throw hiddenTarget({ actor, at }, { name: email, userId: found?.id })
      }
      return found !== undefined
    },
    render: () => '',
    json: (exists) => ({ exists }),
    exit: (exists) => (exists ? 0 : 4),
  })
