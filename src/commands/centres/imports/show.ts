import * as z from 'zod'
import { readImportContents } from '../../../db/imports/imports.ts'
import { owedSheets } from '../../../db/imports/pin-sheets-owed.ts'
import { owedSheetNotice, renderShownImport, shownImportJson } from '../../../render/imports.ts'
import { findImportNumber, importNumber } from '../../../rules/imports/find.ts'
import { command, example } from '../../../cli/command.ts'
import { query } from '../../../cli/query.ts'

export const show = () =>
  command('show')
    .summary('what an import did')
    .description('What an import created and changed, as far as it is still there.')
    .argument('<id>', 'the number of the import')
    .addHelpText('after', example('ssh-admin centres imports show 1'))
    .action(
      query({
        options: z.object({ id: importNumber }),
        read: async ({ id }, _, store) => ({
          row: await findImportNumber(store.db, id),
          contents: await readImportContents(store.db, id),
          owed: (await owedSheets(store.db)).filter(({ importId }) => importId === id),
        }),
        render: renderShownImport,
        json: shownImportJson,
        notices: ({ owed }) => owed.map(owedSheetNotice),
      }),
    )
