import { assignedJson, renderAssigned } from '../../render/associates.ts'
import { assignCentres } from '../../rules/associates/assign.ts'
import { mutation } from '../../cli/define.ts'
import { argument, orName, each } from '../../cli/parameters.ts'

export const assign = () =>
  mutation({
    name: 'assign',
    summary: 'let an account of an Associate act for associate centres',
    description:
      'Let an account of an Associate, its coordinator or an admin, act for associate centres of that Associate: 50 at most.',
    args: {
      email: orName('user', argument('the address or name of the account')),
      centre: orName(
        'centre',
        each('the numbers or names of the centres; - reads numbers from stdin, one a line'),
      ),
    },
    examples: ['ssh-admin associates assign rana@associate.example CA101 CA102'],
    act: (trx, ctx, { email, centre: centres }) => assignCentres(trx, { email, centres, ctx }),
    render: renderAssigned,
    json: assignedJson,
  })
