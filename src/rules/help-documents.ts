import {
  findHelpDocuments,
  type HelpDocumentRow,
  insertHelpDocument,
  insertVersion,
  markHelpDocumentWithdrawn,
} from '../db/help-documents.ts'
import { awaitAll, type Trx } from '../db/transact.ts'
import { NotFound, NotPermitted, Refused } from '../errors.ts'
import { appendAudit } from './audit/append.ts'
import { refusalRecorder } from './audit/record-refusal.ts'
import type { RuleContext } from './permissions/actor.ts'
import { permit } from './permissions/decide.ts'
import { storeContent, type Uploaded } from './contents.ts'
import type { Kysely } from 'kysely'
import { nameKey } from '../search-key.ts'
import { numbersOfRows } from '../db/rows.ts'
import type { Store } from '../db/schema.ts'
import type { LookUp } from './batch.ts'
import { numberIn, parseHelpDocumentNumber } from './resources.ts'

interface Uploading {
  title: string
  file: Uploaded
  ctx: RuleContext
}

/** Uploads a new document for everybody who can sign in. @throws `title-in-use` */
export async function uploadHelpDocument(
  trx: Trx,
  { title, file, ctx }: Uploading,
): Promise<ChangedHelpDocument> {
  const { at } = ctx
  permit(ctx, 'help-documents.upload', { name: file.name })
  const [called, { contentId, mended }] = await awaitAll(
    findHelpDocuments(trx, { withdrawn: false }),
    storeContent(trx, file),
  )
  // In an older store two titles may differ only in letter case, so the exact title is looked for first.
  const there =
    called.find((one) => one.title === title) ?? called.find((one) => nameKey(one.title) === nameKey(title))
  if (there?.title === title && there.content_id === contentId && there.file === file.name) {
    if (!mended) return { document: there, outcome: 'unchanged' }
    return mendedDocument(trx, { document: there, file, ctx })
  }
  if (there) {
    throw new Refused('title-in-use', `Help document ${there.id} is called '${there.title}' already.`, {
      hint: `ssh-admin help-documents replace ${there.id} FILE, or choose another title.`,
    })
  }
  const id = await insertHelpDocument(trx, { title, at })
  await insertVersion(trx, { documentId: id, version: 1, file: file.name, contentId, at })
  const facts = { title, file: file.name, bytes: file.bytes, sha256: file.sha256 }
  await appendAudit(trx, {
    ...ctx,
    action: 'help-documents.uploaded',
    subject: `help document ${id}`,
    facts,
  })
  return { document: await findHelpDocument(trx, { id: String(id), ...ctx }), outcome: 'uploaded' }
}

/** Puts another file under the same title; the old one stays in the history. */
export async function replaceHelpDocument(
  trx: Trx,
  { id, file, ctx }: { id: string; file: Uploaded; ctx: RuleContext },
): Promise<ChangedHelpDocument> {
  const { at } = ctx
  const before = await findHelpDocument(trx, { id, ...ctx })
  const subject = `help document ${before.id}`
  permit(ctx, 'help-documents.replace', { name: subject })
  refuseWithdrawn(before)
  const { contentId, mended } = await storeContent(trx, file)
  if (before.content_id === contentId && before.file === file.name) {
    if (!mended) return { document: before, outcome: 'unchanged' }
    return mendedDocument(trx, { document: before, file, ctx })
  }
  const version = before.version + 1
  await insertVersion(trx, { documentId: before.id, version, file: file.name, contentId, at })
  const facts = { version, file: file.name, bytes: file.bytes, sha256: file.sha256 }
  await appendAudit(trx, { ...ctx, action: 'help-documents.replaced', subject, facts })
  return { document: await findHelpDocument(trx, { id, ...ctx }), outcome: 'replaced' }
}

/** Records that the same file was uploaded again, because its bytes were damaged or left out of the store. */
async function mendedDocument(
  trx: Trx,
  { document, file, ctx }: { document: HelpDocumentRow; file: Uploaded; ctx: RuleContext },
): Promise<ChangedHelpDocument> {
  const subject = `help document ${document.id}`
  const facts = { file: file.name, bytes: file.bytes, sha256: file.sha256 }
  await appendAudit(trx, { ...ctx, action: 'help-documents.mended', subject, facts })
  return { document: await findHelpDocument(trx, { id: String(document.id), ...ctx }), outcome: 'mended' }
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

/** Withdraws a document: only Cambridge staff see it from then on, and it is never deleted. */
export async function withdrawHelpDocument(
  trx: Trx,
  { id, ctx }: { id: string; ctx: RuleContext },
): Promise<ChangedHelpDocument> {
  const { at } = ctx
  const document = await findHelpDocument(trx, { id, ...ctx })
  const subject = `help document ${document.id}`
  permit(ctx, 'help-documents.withdraw', { name: subject })
  if (document.withdrawn_at !== null) return { document, outcome: 'unchanged' }
  await markHelpDocumentWithdrawn(trx, { id: document.id, at })
  const facts = { title: document.title }
  await appendAudit(trx, { ...ctx, action: 'help-documents.withdrawn', subject, facts })
  return { document: await findHelpDocument(trx, { id, ...ctx }), outcome: 'withdrawn' }
}

/** A help document after a change, with the outcome. */
export interface ChangedHelpDocument {
  document: HelpDocumentRow
  outcome: 'uploaded' | 'mended' | 'replaced' | 'withdrawn' | 'unchanged'
}

/**
 * The documents that the actor may read: those that are not withdrawn; for Cambridge staff also the others.
 * @param history whether replaced versions are included @throws `not-permitted`, recorded, unless staff ask for those
 */
export async function visibleHelpDocuments(
  db: Kysely<Store>,
  { actor, at, history }: Pick<RuleContext, 'actor' | 'at'> & { history: boolean },
): Promise<HelpDocumentRow[]> {
  if (actor.kind === 'staff') return findHelpDocuments(db, { withdrawn: true, history })
  if (!history) return findHelpDocuments(db, { withdrawn: false })
  const action = 'help-documents.list'
  const rule = 'only what has not been replaced'
  throw new NotPermitted(`${actor.email} may not see what has been replaced: it is for Cambridge staff.`, {
    hint: 'ssh-admin help-documents list',
    details: { action, rule },
    onRollback: refusalRecorder({ actor, at, action, subject: 'help documents', userId: undefined, rule }),
  })
}

/** @throws `help-document-not-found`; `not-permitted`, recorded and worded so as not to reveal whether it exists */
export async function findHelpDocument(
  db: Kysely<Store>,
  { id, actor, at }: { id: string } & Pick<RuleContext, 'actor' | 'at'>,
): Promise<HelpDocumentRow> {
  const number = parseHelpDocumentNumber(id)
  const [found] = await findHelpDocuments(db, { id: number, withdrawn: actor.kind === 'staff' })
  if (found) return found
  if (actor.kind === 'staff') throw helpDocumentNotFound(id)
  const action = 'help-documents.download'
  const rule = 'only what is not withdrawn'
  throw new NotPermitted(`${actor.email} may not have that help document: it is withdrawn, if it is there.`, {
    hint: 'ssh-admin help-documents list',
    details: { action, rule },
    onRollback: refusalRecorder({
      actor,
      at,
      action,
      subject: `help document ${number}`,
      userId: undefined,
      rule,
    }),
  })
}

function helpDocumentNotFound(id: string): NotFound {
  return new NotFound('help-document-not-found', `There is no help document ${id}.`, {
    hint: 'ssh-admin help-documents list',
  })
}

/** Looks up many document numbers in one query. */
export function lookUpHelpDocuments(db: Kysely<Store>): LookUp<number> {
  return {
    keyOf: numberIn,
    find: (numbers) => numbersOfRows(db, { table: 'help_documents', numbers }),
    refusal: async (id) => helpDocumentNotFound(id),
  }
}
