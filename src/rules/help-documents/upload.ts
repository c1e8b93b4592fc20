import {
  findHelpDocuments,
  type HelpDocumentRow,
  insertHelpDocument,
  insertVersion,
} from '../../db/help-documents/help-documents.ts'
import type { Trx } from '../../db/transact.ts'
import { Refused } from '../../errors.ts'
import { appendAudit } from '../audit/append.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { permit } from '../permissions/decide.ts'
import { keepContent, type Uploaded } from '../resources/keep-content.ts'
import { type ChangedHelpDocument, findHelpDocument } from './help-document.ts'

interface Uploading {
  title: string
  file: Uploaded
  ctx: RuleContext
}

/** A new document for everybody who can sign in. @throws `title-in-use` */
export async function uploadHelpDocument(
  trx: Trx,
  { title, file, ctx }: Uploading,
): Promise<ChangedHelpDocument> {
  const { by, at } = ctx
  permit(ctx, 'help-documents.upload', { name: file.name })
  const there = (await findHelpDocuments(trx, { withdrawn: false })).find((one) => one.title === title)
  const { contentId, mended } = await keepContent(trx, file)
  if (there?.content_id === contentId && there.file === file.name) {
    if (!mended) return { document: there, outcome: 'unchanged' }
    return mendedDocument(trx, { document: there, file, ctx })
  }
  if (there) {
    throw new Refused('title-in-use', `Help document ${there.id} is called ‘${title}’ already.`, {
      hint: `ssh-admin help-documents replace ${there.id} FILE, or choose another title.`,
    })
  }
  const id = await insertHelpDocument(trx, { title, at })
  await insertVersion(trx, { documentId: id, version: 1, file: file.name, contentId, at })
  const facts = { title, file: file.name, bytes: file.bytes, sha256: file.sha256 }
  await appendAudit(trx, {
    by,
    at,
    action: 'help-documents.uploaded',
    subject: `help document ${id}`,
    facts,
  })
  return { document: await findHelpDocument(trx, { id: String(id), by }), outcome: 'uploaded' }
}

/** Another file under the same title; the old one stays in the history. */
export async function replaceHelpDocument(
  trx: Trx,
  { id, file, ctx }: { id: string; file: Uploaded; ctx: RuleContext },
): Promise<ChangedHelpDocument> {
  const { by, at } = ctx
  const before = await findHelpDocument(trx, { id, by })
  const subject = `help document ${before.id}`
  permit(ctx, 'help-documents.replace', { name: subject })
  refuseWithdrawn(before)
  const { contentId, mended } = await keepContent(trx, file)
  if (before.content_id === contentId && before.file === file.name) {
    if (!mended) return { document: before, outcome: 'unchanged' }
    return mendedDocument(trx, { document: before, file, ctx })
  }
  const version = before.version + 1
  await insertVersion(trx, { documentId: before.id, version, file: file.name, contentId, at })
  const facts = { version, file: file.name, bytes: file.bytes, sha256: file.sha256 }
  await appendAudit(trx, { by, at, action: 'help-documents.replaced', subject, facts })
  return { document: await findHelpDocument(trx, { id, by }), outcome: 'replaced' }
}

/** The same file, whose bytes were damaged or left out, and are right again. */
async function mendedDocument(
  trx: Trx,
  { document, file, ctx: { by, at } }: { document: HelpDocumentRow; file: Uploaded; ctx: RuleContext },
): Promise<ChangedHelpDocument> {
  const subject = `help document ${document.id}`
  const facts = { file: file.name, bytes: file.bytes, sha256: file.sha256 }
  await appendAudit(trx, { by, at, action: 'help-documents.mended', subject, facts })
  return { document: await findHelpDocument(trx, { id: String(document.id), by }), outcome: 'mended' }
}

function refuseWithdrawn({
  id,
  title,
  withdrawn_at,
}: {
  id: number
  title: string
  withdrawn_at: string | null
}) {
  if (withdrawn_at === null) return
  throw new Refused('withdrawn', `Help document ${id} (${title}) is withdrawn.`, {
    hint: 'ssh-admin help-documents upload FILE --title TITLE',
  })
}
