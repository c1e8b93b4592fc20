import * as z from 'zod'
import { listing } from '../../cli/define.ts'
import { allOf } from '../../cli/list-options.ts'
import { listOf } from '../../cli/typed-values.ts'
import { flag, option, repeated, withValues } from '../../cli/parameters.ts'
import { findResources } from '../../db/resources/resources.ts'
import { resourceFields, resourceJson } from '../../render/resources.ts'
import {
  resourceAreas,
  resourceKinds,
  typedArea,
  typedComponent,
  typedResourceKind,
} from '../../rules/resources/resource.ts'
import { typedSeries } from '../key-times/typed.ts'

export const list = () =>
  listing({
    name: 'list',
    summary: 'list the files for centres',
    description:
      'List resources, newest first, withdrawn ones included.\nIn a pipe: number, title, kind, area, series, components, file, bytes, SHA-256, status, uploaded, withdrawn.',
    options: {
      kind: withValues(
        resourceKinds,
        repeated('<kind>', resourceKinds.join(', '), listOf(typedResourceKind)),
      ),
      area: withValues(resourceAreas, repeated('<area>', resourceAreas.join(' or '), listOf(typedArea))),
      series: option(
        '<series>',
        'of this series, such as 2026-06',
        z.string().transform(typedSeries).optional(),
      ),
      component: option(
        '<component>',
        'for this component, such as 0500/12',
        z.string().transform(typedComponent).optional(),
      ),
      withdrawn: flag('withdrawn ones alone'),
    },
    examples: ['ssh-admin resources list', 'ssh-admin resources list listening --series 2026-06'],
    singular: 'resource',
    answer: 'resourceList',
    key: 'resources',
    fields: resourceFields,
    table: ['id', 'title', 'kind', 'series', 'components', 'bytes', 'status', 'created'],
    id: 'id',
    find: async ({ store: { db } }, { kind: kinds, area: areas, series, component, withdrawn }) =>
      allOf(
        await findResources(db, {
          kinds,
          areas,
          series,
          component,
          ...(withdrawn ? { withdrawn } : {}),
        }),
      ),
    json: resourceJson,
    none: 'No resources.',
  })
