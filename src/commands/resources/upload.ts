import * as z from 'zod'
import { preparedMutation } from '../../cli/define.ts'
import { each, option, repeated, requiredOption, withValues } from '../../cli/parameters.ts'
import { commaList, transformed } from '../../cli/typed-values.ts'
import { fileToUpload, type FileToUpload } from '../../cli/upload.ts'
import { Usage } from '../../errors.ts'
import { changedResourcesJson, renderChangedResources } from '../../render/resources.ts'
import type { Uploaded } from '../../rules/resources/keep-content.ts'
import {
  resourceAreas,
  resourceKinds,
  typedArea,
  typedComponent,
  typedResourceKind,
} from '../../rules/resources/resource.ts'
import { type ResourceFacts, uploadResource } from '../../rules/resources/upload.ts'
import { cleanText } from '../../workbook/cell.ts'
import { typedSeries } from '../key-times/typed.ts'

interface Request {
  facts: ResourceFacts
  files: FileToUpload[]
  uploaded: readonly Uploaded[]
}

/** One line of text that says what a file is. */
export const titleTyped = z
  .string()
  .transform(cleanText)
  .pipe(z.string().min(1, 'a title').max(250, 'at most 250 characters'))

export const upload = () =>
  preparedMutation({
    name: 'upload',
    summary: 'bring files in that releases can give to centres',
    description: `Bring files in, up to 500 MB each. The bytes are kept once under their SHA-256, however often they are uploaded.
Nobody sees a resource until a release opens it. The same file with the same facts again changes nothing.`,
    args: { file: each('the files') },
    options: {
      title: requiredOption('<title>', 'what it is, as people read it', titleTyped),
      kind: withValues(
        resourceKinds,
        requiredOption(
          '<kind>',
          resourceKinds.join(', '),
          z.string({ error: 'which kind?' }).transform(typedResourceKind),
        ),
      ),
      series: requiredOption(
        '<series>',
        'the series, such as 2026-06',
        z.string({ error: 'which series?' }).transform(typedSeries),
      ),
      component: repeated(
        '<components>',
        'the components that it is for, such as 0500/12',
        transformed(commaList, (texts) => [...new Set(texts.map(typedComponent))].sort()),
      ),
      area: withValues(
        resourceAreas,
        option(
          '<area>',
          `${resourceAreas.join(' or ')} (default: general)`,
          z.string().default('general').transform(typedArea),
        ),
      ),
    },
    examples: [
      "ssh-admin resources upload fixtures/listening.wav --title 'Listening, paper 12' --kind listening-audio --series 2026-06 --component 0500/12",
    ],
    prepare: async ({ file: names, title, kind, series, component: components, area }, session) => {
      if (names.length === 0) throw new Usage('Which file?', { code: 'missing-value' })
      const files: FileToUpload[] = []
      for (const name of new Set(names)) files.push(await fileToUpload(session, name))
      const request: Request = { facts: { title, kind, series, components, area }, files, uploaded: files }
      return request
    },
    upload: {
      files: ({ files }) => files,
      with: (request, uploaded) => ({ ...request, uploaded }),
    },
    act: async (trx, ctx, { facts, uploaded }) => {
      const changed: Awaited<ReturnType<typeof uploadResource>>[] = []
      for (const file of uploaded) changed.push(await uploadResource(trx, { ...facts, file, ctx }))
      return changed
    },
    render: renderChangedResources,
    json: changedResourcesJson,
  })
