import type { Command } from 'commander'
import type { Kysely } from 'kysely'
import type { Store } from '../db/schema.ts'
import type { OpenStore } from '../db/store/opening.ts'
import { oneLine, tsvLine } from '../render/clean-text.ts'
import type { RuleContext } from '../rules/permissions/actor.ts'
import { query } from './define.ts'
import type { OutputFile } from './output-file.ts'
import { type Parameter, requiredOption, withCompletions, yesOption } from './parameters.ts'
import { startByteProgress } from './progress.ts'
import type { Session } from './session.ts'
import { pathInWords } from '../shell-word.ts'
import { changedMeanwhile } from '../errors.ts'

/** The content to download, and what the audit log records of it. */
interface Downloadable {
  id: number
  title: string
  contentId: number
  sha256: string
  bytes: number
  /** `resource 3`. */
  subject: string
  /** `resources.downloaded`. */
  action: string
}

interface Download {
  summary: string
  description: string
  stored: 'resource' | 'help-document'
  /** The argument that names the content. */
  id: Parameter<string>
  example: string
  /** Finds the content that the actor may have. @throws a refusal */
  find: (db: Kysely<Store>, ctx: RuleContext, id: string) => Promise<Downloadable>
}

/**
 * Makes a command that writes uploaded bytes into a file, or nothing at all. The bytes are hashed on their way, and the
 * file is moved into place only after the download was recorded and the actor's right to it was checked again.
 */
export function downloadCommand({ summary, description, stored, id, example, find }: Download): Command {
  return query({
    name: 'download',
    summary,
    description,
    args: { id: withCompletions({ stored }, id) },
    options: {
      out: requiredOption('<file>', 'where it goes'),
      yes: yesOption('replace the file that is there without asking'),
    },
    examples: [example],
    read: async (store, ctx, typed, session) => {
      const file = await find(store.db, ctx, typed.id)
      // Fails before the bytes are written: without the key, or read-only, a store records no download.
      store.keys()
      if (store.isCopy) await (await session.open('use')).close()
      return { typed, file, at: ctx.at }
    },
    output: {
      kind: 'download',
      flag: '--out',
      file: ({ out }) => out,
      write: (output, { file, at }, { store, session }) =>
        prepareContent(output, { file, at, store, session }),
      recheckRights:
        ({ typed, file: { contentId, action, subject, title, bytes, sha256 } }) =>
        async (trx, now) => {
          const found = await find(trx, now, typed.id)
          if (found.contentId !== contentId) throw changedMeanwhile()
          return { action, subject, facts: { title, bytes, sha256 } }
        },
    },
    render: ({ file: { title, bytes, sha256 } }, { isTerminal }, out) => {
      if (out === undefined) return ''
      return isTerminal
        ? `Wrote ${oneLine(title)} to ${pathInWords(oneLine(out))}; its SHA-256 is as it was uploaded.`
        : tsvLine([out, bytes, sha256])
    },
    json: ({ file: { id, title, bytes, sha256 } }, out) => ({
      id,
      title,
      file: out ?? null,
      bytes,
      sha256,
    }),
  })
}

async function prepareContent(
  output: OutputFile,
  {
    file: { contentId, sha256, bytes, subject },
    at,
    store,
    session,
  }: { file: Downloadable; at: Date; store: OpenStore; session: Session },
): Promise<void> {
  const { readContent } = await import('../rules/contents.ts')
  const out = oneLine(output.shown)
  const progress = await startByteProgress(session.terminal, `Writing ${out} …`, bytes)
  try {
    const content = { id: contentId, sha256, bytes, label: subject, at }
    await output.prepare(countingBytes(readContent(store.db, content), progress.update))
  } finally {
    progress.stop()
  }
}

async function* countingBytes(
  pieces: AsyncIterable<Buffer>,
  onBytes: (written: number) => void,
): AsyncGenerator<Buffer> {
  let written = 0
  for await (const piece of pieces) {
    written += piece.length
    onBytes(written)
    yield piece
  }
}
