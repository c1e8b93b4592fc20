import { listing } from '../../cli/define.ts'
import { allOf } from '../../cli/list-options.ts'
import { listImports } from '../../db/imports/imports.ts'
import { importFields, importRowJson } from '../../render/imports.ts'

export const imports = () =>
  listing({
    name: 'imports',
    summary: 'what has been imported, and when',
    description: 'The history of imports, newest first. Each can be shown, and taken back.',
    examples: ['ssh-admin centres imports'],
    singular: 'import',
    answer: 'imports',
    key: 'imports',
    fields: importFields,
    table: ['id', 'at', 'file', 'operator', 'centres', 'users', 'state'],
    id: 'id',
    searched: false,
    find: async ({ store: { db } }) => allOf(await listImports(db)),
    json: importRowJson,
    none: 'Nothing has been imported yet. To begin: ssh-admin centres import FILE',
  })
