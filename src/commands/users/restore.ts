import { renderChangedUsers, usersJson } from '../../render/users.ts'
import { restorationNotices } from '../../render/user-notices.ts'
import { restoreUser } from '../../rules/users/restore.ts'
import { mutation } from '../../cli/define.ts'
import { flag, usersArgument } from '../../cli/parameters.ts'
import { changeEachUser } from '../../rules/users/changed.ts'

export const restore = () =>
  mutation({
    name: 'restore',
    summary: 'let suspended or deleted users back in',
    description:
      'Give suspended users back what they were before; a deleted user comes back as they were when deleted.',
    args: {
      email: usersArgument('any-user'),
    },
    options: {
      send: flag('send a new set-up message to those who have not set up a password'),
    },
    examples: ['ssh-admin users restore amira@school.example'],
    act: (trx, ctx, { email: emails, send }) =>
      changeEachUser(trx, { emails, deletedToo: true, ctx }, (email) =>
        restoreUser(trx, { email, send, ctx }),
      ),
    render: renderChangedUsers,
    json: usersJson,
    notices: restorationNotices,
  })
