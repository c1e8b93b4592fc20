import { centreViewJson, renderCentre } from '../../render/centres.ts'
import { centreDetails } from '../../rules/centres/details.ts'
import { query } from '../../cli/define.ts'
import { centreArgument } from '../../cli/parameters.ts'

export const show = () =>
  query({
    name: 'show',
    summary: 'show everything about one centre',
    description:
      'Show one centre: where it is, who coordinates it, its people and whether they can sign in, what is the matter with it, and what happened last.',
    args: { centre: centreArgument() },
    examples: ['ssh-admin centres show EG001'],
    read: ({ db }, ctx, { centre }) => centreDetails(db, { centre, ctx }),
    render: renderCentre,
    json: centreViewJson,
  })
