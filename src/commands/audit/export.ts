import { extname } from 'node:path'
import type { AuditEntry } from '../../db/audit/events.ts'
import { prepareTable } from '../../cli/output-file.ts'
import { Usage } from '../../errors.ts'
import { eventJson, eventSheet } from '../../render/audit.ts'
import { eventsFor } from '../../rules/audit/events-for.ts'
import { visibleCentres } from '../../rules/permissions/decide.ts'
import { preparedQuery } from '../../cli/define.ts'
import { argument, yesOption } from '../../cli/parameters.ts'
import { count } from '../../render/text.ts'
import { filterOptions } from './filter.ts'
import { pathInWords } from '../../shell-word.ts'

export const exportEvents = () =>
  preparedQuery({
    name: 'export',
    summary: 'write the audit log into a file',
    description:
      'Write the audit log, oldest first, into a file: a workbook with filters (.xlsx), .csv, or one JSON document a line (.jsonl).',
    args: { file: argument('the file: .xlsx, .csv or .jsonl') },
    options: {
      ...filterOptions,
      yes: yesOption('replace the file that is there without asking'),
    },
    examples: ['ssh-admin audit export audit.xlsx --since 2026-01-01'],
    prepare: async ({ yes: _, ...request }) => {
      refuseOtherEndings(request.file)
      return request
    },
    read: async ({ db }, { by }, { file, ...filter }) => {
      const { streamEvents } = await import('../../db/audit/events.ts')
      const counted = { events: 0 }
      const log = streamEvents(db, { ...filter, order: 'asc', visible: visibleCentres(by) })
      const events = counting(log, { counted, readable: await eventsFor(db, by) })
      return { file, counted, events }
    },
    output: {
      kind: 'audit',
      file: ({ file }) => file,
      write: async (output, { file, events }, { session }) => {
        const { now, signal } = session.context
        if (endingOf(file) === '.jsonl') await output.prepare(linesOf(events))
        else await prepareTable(output, { sheets: [eventSheet(events)], at: now(), signal })
      },
      event: ({ counted: { events } }) => ({ action: 'audit.exported', facts: { events } }),
    },
    render: ({ counted: { events } }, { isTerminal }, file) => {
      if (file === undefined) return ''
      return isTerminal ? `${count(events, 'event')} written to ${pathInWords(file)}.` : `${file}\t${events}`
    },
    json: ({ counted: { events } }, file) => ({ file: file ?? null, events }),
  })

function endingOf(file: string): string {
  return extname(file).toLowerCase()
}

function refuseOtherEndings(file: string): void {
  if (['.xlsx', '.csv', '.jsonl'].includes(endingOf(file))) return
  throw new Usage(`${file} has an ending that is not known.`, {
    hint: 'End the name with .xlsx, .csv or .jsonl.',
  })
}

async function* counting(
  events: AsyncIterable<AuditEntry>,
  { counted, readable }: { counted: { events: number }; readable: (event: AuditEntry) => AuditEntry },
) {
  for await (const event of events) {
    counted.events += 1
    yield readable(event)
  }
}

async function* linesOf(events: AsyncIterable<AuditEntry>): AsyncGenerator<string> {
  for await (const event of events) yield `${JSON.stringify(eventJson(event))}\n`
}
