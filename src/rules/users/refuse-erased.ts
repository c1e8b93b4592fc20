import { isErased } from '../../db/users/erased.ts'
import { Refused } from '../../errors.ts'

/** Nobody is left to whom an account could be given back. @throws `erased` */
export function refuseErased(account: { id: number; email: string }): void {
  if (!isErased(account)) return
  throw new Refused(
    'erased',
    'The person whose account this was has been erased; nobody can be given it back.',
    {
      hint: "ssh-admin users add 'First Last <email>' --centre CENTRE",
    },
  )
}
