import { assignedJson, renderAssigned } from '../../render/associates.ts'
import { unassignCentres } from '../../rules/associates/assign.ts'
import { mutation } from '../../cli/define.ts'
import { argument, orName, each } from '../../cli/parameters.ts'

export const unassign = () =>
  mutation({
    name: 'unassign',
    summary: 'stop an account acting for associate centres',
    description:
      'Stop an account of an Associate acting for these associate centres. The centres stay with their Associate.',
    args: {
      email: orName('user', argument('the address or name of the account')),
      centre: orName(
        'centre',
        each('the numbers or names of the centres; - reads numbers from stdin, one a line'),
      ),
    },
    examples: ['ssh-admin associates unassign rana@associate.example CA101 CA102'],
    act: (trx, ctx, { email, centre: centres }) => unassignCentres(trx, { email, centres, ctx }),
    render: renderAssigned,
    json: assignedJson,
  })
