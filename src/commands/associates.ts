import { listing, mutation } from '../cli/define.ts'
import { allOf } from '../cli/list-options.ts'
import { associatesWithCounts } from '../db/centres/assignments.ts'
import {
  associateFields,
  associateRowJson,
  aboutAssociate,
  associateCentreFields,
  associateCentreJson,
  assignedJson,
  renderAssigned,
} from '../render/associates.ts'
import { seenBy, visibleCentres } from '../rules/permissions/decide.ts'
import { argument, orName, option, each } from '../cli/parameters.ts'
import { associateDetails, assignCentres, unassignCentres } from '../rules/associates.ts'

export const list = () =>
  listing({
    name: 'list',
    summary: 'list the Associates',
    description:
      'List the Associates: how many centres each has, and how many of those some account acts for.\nIn a pipe: number, name, centres, centres assigned.',
    examples: ['ssh-admin associates list'],
    singular: 'Associate',
    answer: 'associateList',
    key: 'associates',
    fields: associateFields,
    id: 'number',
    find: async ({ store: { db }, ctx: { by } }) => ({
      ...allOf(await associatesWithCounts(db, visibleCentres(by))),
      seen: seenBy(by),
    }),
    json: associateRowJson,
    none: 'There are no Associates.',
  })

export const show = () =>
  listing({
    name: 'show',
    summary: "show an Associate's centres, their coordinators, and who acts for them",
    description:
      "Show an Associate's centres, their status and coordinators, and the accounts that act for them.\nIn a pipe: number, name, status, coordinator, the coordinator's status, accounts that act for it.",
    args: { associate: orName('centre', argument('the number or name of the Associate')) },
    options: { search: option('<text>', 'only centres with this in their number or name') },
    examples: ['ssh-admin associates show CA001', 'ssh-admin associates show CA001 nile'],
    singular: 'centre',
    answer: 'associate',
    key: 'centres',
    fields: associateCentreFields,
    id: 'number',
    find: async ({ store: { db }, ctx }, { associate, search }) => {
      const details = await associateDetails(db, { associate, search, ctx })
      return { ...allOf(details.centres), about: aboutAssociate(details) }
    },
    json: associateCentreJson,
    none: 'It has no associate centres.',
  })

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
