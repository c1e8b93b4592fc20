import type { Kysely } from 'kysely'
import { findHelpDocuments, type HelpDocumentRow } from '../db/help-documents.ts'
import { findResources, type ResourceRow } from '../db/resources.ts'
import type { Store } from '../db/schema.ts'
import { shellWord } from '../shell-word.ts'

/** The file of a resource, or of one version of a help document. */
interface StoredFile {
  contentId: number
  /** The subject for lists of errors: `resource 3`. */
  subject: string
  /** The name for a sentence: `resource 3 (Listening)`. */
  label: string
  /** Whether the bytes differed from those uploaded when they were last read. */
  isDamaged: boolean
  /** The command that uploads the same file again; undefined where the file is withdrawn or was replaced. */
  uploadAgain: string | undefined
}

/** All files whose bytes are in the store. */
export async function storedFiles(db: Kysely<Store>): Promise<StoredFile[]> {
  const resources = await findResources(db)
  const versions = await findHelpDocuments(db, { withdrawn: true, history: true })
  return [
    ...resources.map((resource) => ({
      contentId: resource.content_id,
      subject: `resource ${resource.id}`,
      label: `resource ${resource.id} (${resource.title})`,
      isDamaged: resource.mismatch_at !== null,
      uploadAgain: resource.withdrawn_at === null ? uploadOf(resource) : undefined,
    })),
    ...versions.map(({ id, title, version, file, ...row }) => ({
      contentId: row.content_id,
      subject: `help document ${id}`,
      label: `help document ${id} (${title}, version ${version})`,
      isDamaged: row.mismatch_at !== null,
      uploadAgain:
        row.withdrawn_at === null && version === presentVersion(id, versions)
          ? `ssh-admin help-documents replace ${id} ${shellWord(file)}`
          : undefined,
    })),
  ]
}

function presentVersion(document: number, versions: readonly HelpDocumentRow[]): number {
  return Math.max(...versions.flatMap(({ id, version }) => (id === document ? version : [])))
}

function uploadOf({ title, file, kind, area, series, components }: ResourceRow): string {
  const facts = [
    ['title', title],
    ['kind', kind],
    ...(area === 'general' ? [] : [['area', area]]),
    ['series', series],
    ...components.map((component) => ['component', component]),
  ]
  const options = facts.map(([name, value = '']) => `--${name} ${shellWord(value)}`)
  return `ssh-admin resources upload ${shellWord(file)} ${options.join(' ')}`
}
