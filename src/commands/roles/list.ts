import { listing } from '../../cli/define.ts'
import { flag } from '../../cli/parameters.ts'
import { matrixJson, renderMatrix, roleFields, roleJson } from '../../render/roles.ts'
import { catalogue } from '../../rules/roles/catalogue.ts'

export const list = () =>
  listing({
    name: 'list',
    summary: 'list the roles, or who may do what',
    description:
      'List the roles, the service each belongs to, and what it lets its holder do. With --matrix: who may do what.\nIn a pipe: role, service, shared, who gives it, what it does; or actor, what they may do.',
    options: { matrix: flag('who may do what') },
    examples: ['ssh-admin roles list', 'ssh-admin roles list --matrix'],
    singular: 'role',
    answer: 'roleList',
    key: 'roles',
    fields: roleFields,
    id: 'name',
    instead: ({ matrix }, view) => (matrix ? { text: renderMatrix(view), json: matrixJson() } : undefined),
    all: () => catalogue,
    json: roleJson,
    none: 'No role fits.',
  })
