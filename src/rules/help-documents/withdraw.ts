import { markHelpDocumentWithdrawn } from '../../db/help-documents/help-documents.ts'
import type { Trx } from '../../db/transact.ts'
import { appendAudit } from '../audit/append.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { permit } from '../permissions/decide.ts'
import { type ChangedHelpDocument, findHelpDocument } from './help-document.ts'

/** Nobody but Cambridge staff sees it any more; it is never deleted. */
export async function withdrawHelpDocument(
  trx: Trx,
  { id, ctx }: { id: string; ctx: RuleContext },
): Promise<ChangedHelpDocument> {
  const { by, at } = ctx
  const document = await findHelpDocument(trx, { id, by })
  const subject = `help document ${document.id}`
  permit(ctx, 'help-documents.withdraw', { name: subject })
  if (document.withdrawn_at !== null) return { document, outcome: 'unchanged' }
  await markHelpDocumentWithdrawn(trx, { id: document.id, at })
  const facts = { title: document.title }
  await appendAudit(trx, { by, at, action: 'help-documents.withdrawn', subject, facts })
  return { document: await findHelpDocument(trx, { id, by }), outcome: 'withdrawn' }
}
