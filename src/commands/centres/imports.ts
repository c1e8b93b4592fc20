import { listImports } from '../../db/imports/imports.ts'
import { importRowJson, renderImports } from '../../render/imports.ts'
import { query } from '../../cli/define.ts'

export const imports = () =>
  query({
    name: 'imports',
    summary: 'what has been imported, and when',
    description: 'The history of imports, newest first. Each can be shown, and taken back.',
    examples: ['ssh-admin centres imports'],
    read: async (store) => listImports(store.db),
    render: renderImports,
    json: (rows) => ({ imports: rows.map(importRowJson), total: rows.length }),
  })
