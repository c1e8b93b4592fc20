import type { Kysely } from 'kysely'
import type { Store } from '../db/schema.ts'
import type { Answer } from './define.ts'
import { changedMeanwhile } from './mutation.ts'
import { checkOutputFile } from './output-file.ts'
import { progressOn } from './progress.ts'
import { placeOnlyRecorded } from './record-event.ts'
import type { Session } from './session.ts'
import { oneLine, tsvLine } from '../render/clean-text.ts'
import type { RuleContext } from '../rules/permissions/actor.ts'

/** What is downloaded: the bytes of one file, and what the log says of it. */
export interface Downloadable {
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
  /** As typed. */
  out: string
  /** Finds what the actor may have. @throws what stands in the way */
  find: (db: Kysely<Store>, ctx: RuleContext) => Promise<Downloadable>
}

/**
 * Writes the bytes that were uploaded into a file, or none: they are hashed on their way, and the file takes its place
 * only once the log names it, by somebody who may have it at that moment.
 */
export async function downloadTo(session: Session, { out, find }: Download): Promise<Answer> {
  const output = await checkOutputFile(session, {
    kind: 'download',
    file: out,
    flag: '--out',
    asksLater: true,
  })
  const { readContent } = await import('../rules/resources/read-content.ts')
  const before = await session.open('read')
  try {
    await find(before.db, await session.ctx(before))
    // Told before the bytes are written: without the key no download can be recorded.
    before.keys()
  } finally {
    await before.close()
  }
  await output.agreeToReplace()
  // What was open before the question may be closed after it: looked at anew, as a shared store is of one moment.
  const store = await session.open('read')
  try {
    const ctx = await session.ctx(store)
    const { id, title, contentId, sha256, bytes, subject, action } = await find(store.db, ctx)
    const progress = await progressOn(session.terminal, `Writing ${oneLine(out)} …`)
    try {
      const content = { id: contentId, sha256, bytes, named: subject, at: ctx.at }
      await output.prepare(watched(readContent(store.db, content), { bytes, say: progress.say, out }))
    } finally {
      progress.stop()
    }
    await placeOnlyRecorded(session, {
      file: output,
      judge: async (trx, now) => {
        const found = await find(trx, now)
        if (found.contentId !== contentId) throw changedMeanwhile()
        return { action, subject, facts: { title, bytes, sha256 } }
      },
    })
    const text = session.terminal.out.isTerminal
      ? `${oneLine(title)} written to ${oneLine(out)}; its SHA-256 is as it was uploaded.`
      : tsvLine([out, bytes, sha256])
    return { text, json: { id, title, file: out, bytes, sha256 } }
  } finally {
    await store.close()
  }
}

async function* watched(
  pieces: AsyncIterable<Buffer>,
  { bytes, say, out }: { bytes: number; say: (text: string) => void; out: string },
): AsyncGenerator<Buffer> {
  let written = 0
  for await (const piece of pieces) {
    written += piece.length
    say(`Writing ${oneLine(out)} … ${Math.round((written / Math.max(1, bytes)) * 100)} %`)
    yield piece
  }
}
