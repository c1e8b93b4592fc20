import { readImportContents } from '../../../db/imports/imports.ts'
import { owedSheets } from '../../../db/imports/pin-sheets-owed.ts'
import { owedSheetNotice, renderShownImport, shownImportJson } from '../../../render/imports.ts'
import { findImportNumber, importNumber } from '../../../rules/imports/find.ts'
import { query } from '../../../cli/define.ts'
import { argument, withValues } from '../../../cli/parameters.ts'

export const show = () =>
  query({
    name: 'show',
    summary: 'what an import did',
    description: 'What an import created and changed, as far as it is still there.',
    args: { id: withValues({ stored: 'import' }, argument('the number of the import', importNumber)) },
    examples: ['ssh-admin centres imports show 1'],
    read: async (store, _ctx, { id }) => ({
      row: await findImportNumber(store.db, id),
      contents: await readImportContents(store.db, id),
      owed: (await owedSheets(store.db)).filter(({ importId }) => importId === id),
    }),
    render: renderShownImport,
    json: shownImportJson,
    notices: ({ owed }) => owed.map(owedSheetNotice),
  })
