import * as z from 'zod/mini'
import { answer, answerOfChange, count, orNull, text, time } from './parts.ts'
import { closing } from './releases.ts'

const file = () => ({
  file: text(),
  bytes: count(),
  sha256: text(),
  status: z.enum(['kept', 'withdrawn', 'damaged']),
  createdAt: time(),
})

export const resource = () =>
  z.strictObject({
    id: count(),
    title: text(),
    kind: z.enum(['listening-audio', 'pre-release', 'specimen', 'other']),
    area: z.enum(['general', 'tp']),
    series: text(),
    components: z.array(text()),
    ...file(),
    withdrawnAt: orNull(time()),
  })

export const helpDocument = () =>
  z.strictObject({
    id: count(),
    title: text(),
    version: count(),
    ...file(),
    replacedAt: orNull(time()),
    withdrawnAt: orNull(time()),
  })

export const resourceAnswers = () => ({
  resourceList: answer({ resources: z.array(resource()), total: count() }),
  resource: answer(resource().shape),
  changedResources: answerOfChange({
    resources: z.array(
      z.strictObject({
        ...resource().shape,
        outcome: z.enum(['uploaded', 'mended', 'withdrawn', 'restored', 'unchanged']),
        changed: z.boolean(),
      }),
    ),
    total: count(),
    closed: z.optional(z.array(closing())),
    opened: z.optional(z.array(closing())),
  }),
  /** The `file` of a download or an export is null where the file could not be put in its place. */
  download: answer({ id: count(), title: text(), file: orNull(text()), bytes: count(), sha256: text() }),
  helpDocumentList: answer({ helpDocuments: z.array(helpDocument()), total: count() }),
  changedHelpDocuments: answerOfChange({
    helpDocuments: z.array(
      z.strictObject({
        ...helpDocument().shape,
        outcome: z.enum(['uploaded', 'mended', 'replaced', 'withdrawn', 'unchanged']),
        changed: z.boolean(),
      }),
    ),
    total: count(),
  }),
})
