import { query } from '../../cli/define.ts'
import { argument, withValues } from '../../cli/parameters.ts'
import { renderResource, resourceJson } from '../../render/resources.ts'
import { findResource } from '../../rules/resources/resource.ts'

export const show = () =>
  query({
    name: 'show',
    summary: 'show everything about one file for centres',
    description: 'Show what a resource is, how large, and the SHA-256 of its bytes.',
    args: { id: withValues({ stored: 'resource' }, argument('its number, which resources list shows')) },
    examples: ['ssh-admin resources show 1'],
    read: ({ db }, _ctx, { id }) => findResource(db, id),
    render: renderResource,
    json: resourceJson,
  })
