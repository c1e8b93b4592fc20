import { coordinationJson, renderCoordination } from '../../render/coordination.ts'
import { coordinationOf } from '../../rules/coordinator/coordination.ts'
import { findCentre } from '../../rules/centres/find.ts'
import { query } from '../../cli/define.ts'
import { argument, orName } from '../../cli/parameters.ts'

export const show = () =>
  query({
    name: 'show',
    summary: "show a centre's coordinator",
    description:
      "Show a centre's coordinator, whether they can sign in, and how many users depend on it.\nIn a pipe: number, address, name, status, former address, users affected, changed or unchanged.",
    args: { centre: orName('centre', argument('the number or name of the centre')) },
    examples: ['ssh-admin coordinator show EG001'],
    read: async ({ db }, ctx, { centre }) => {
      const { number } = await findCentre(db, centre, ctx)
      return coordinationOf(db, { number, at: ctx.at, changed: false })
    },
    render: renderCoordination,
    json: (coordination) => coordinationJson(coordination),
  })
