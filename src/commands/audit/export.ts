import { extname } from 'node:path'
import type { AuditEntry } from '../../db/audit/events.ts'
import { checkOutputFile, prepareTable } from '../../cli/output-file.ts'
import { Usage } from '../../errors.ts'
import { eventJson, eventSheet } from '../../render/audit.ts'
import { eventsFor } from '../../rules/audit/events-for.ts'
import { visibleCentres } from '../../rules/permissions/decide.ts'
import { type Answer, command } from '../../cli/define.ts'
import { argument, type ValuesOf, yesOption } from '../../cli/parameters.ts'
import { placeRecorded } from '../../cli/record-event.ts'
import type { Session } from '../../cli/session.ts'
import { filterOptions } from './filter.ts'

export const exportEvents = () =>
  command({
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
    run: exportTo,
  })

async function exportTo(
  { file, ...filter }: { file: string } & ValuesOf<typeof filterOptions>,
  session: Session,
): Promise<Answer> {
  const ending = extname(file).toLowerCase()
  if (!['.xlsx', '.csv', '.jsonl'].includes(ending)) {
    throw new Usage(`${file} has an ending that is not known.`, {
      hint: 'End the name with .xlsx, .csv or .jsonl.',
    })
  }
  const output = await checkOutputFile(session, { kind: 'audit', file, asksLater: true })
  const { streamEvents } = await import('../../db/audit/events.ts')
  const store = await session.open('read')
  try {
    const { by } = await session.ctx(store)
    const counted = { events: 0 }
    const log = streamEvents(store.db, { ...filter, order: 'asc', visible: visibleCentres(by) })
    const events = counting(log, { counted, readable: await eventsFor(store.db, by) })
    const { now, signal } = session.context
    await output.agreeToReplace()
    if (ending === '.jsonl') await output.prepare(linesOf(events))
    else await prepareTable(output, { sheets: [eventSheet(events)], at: now(), signal })
    await placeRecorded(session, {
      file: output,
      event: { action: 'audit.exported', facts: { events: counted.events } },
    })
    const count = `${counted.events} event${counted.events === 1 ? '' : 's'}`
    return {
      text: session.terminal.out.isTerminal ? `${count} written to ${file}.` : `${file}\t${counted.events}`,
      json: { file, events: counted.events },
    }
  } finally {
    await store.close()
  }
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
