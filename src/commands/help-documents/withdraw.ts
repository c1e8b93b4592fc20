import { mutation } from '../../cli/define.ts'
import { each, withValues } from '../../cli/parameters.ts'
import { changedHelpDocumentsJson, renderChangedHelpDocuments } from '../../render/help-documents.ts'
import { forEachTarget } from '../../rules/batch.ts'
import { lookUpHelpDocuments } from '../../rules/help-documents/help-document.ts'
import { withdrawHelpDocument } from '../../rules/help-documents/withdraw.ts'
import { comparableHelpDocuments } from './questions.ts'

export const withdraw = () =>
  mutation({
    name: 'withdraw',
    summary: 'let nobody but Cambridge staff see a help document any more',
    description:
      'Withdraw help documents: nobody but Cambridge staff sees them any more. Nothing is deleted.',
    args: {
      id: withValues({ stored: 'help-document' }, each('the numbers; - reads them from stdin, one a line')),
    },
    examples: ['ssh-admin help-documents withdraw 1 --yes'],
    act: (trx, ctx, { id: ids }) =>
      forEachTarget(trx, ids, (id) => withdrawHelpDocument(trx, { id, ctx }), lookUpHelpDocuments(trx)),
    confirm: {
      question: (changed) => {
        const titles = changed
          .filter(({ outcome }) => outcome === 'withdrawn')
          .map(({ document }) => `‘${document.title}’`)
        return titles.length === 0 ? undefined : `Withdraw ${titles.join(', ')}?`
      },
      comparable: comparableHelpDocuments,
    },
    render: renderChangedHelpDocuments,
    json: changedHelpDocumentsJson,
  })
