import { extname, resolve } from 'node:path'
import * as z from 'zod'
import type { AuditEntry } from '../../db/audit-events.ts'
import { Usage } from '../../errors.ts'
import { eventSheet } from '../../render/events.ts'
import type { Actor } from '../../rules/actor.ts'
import { eventFor } from '../../rules/events-for.ts'
import { visibleCentres } from '../../rules/permissions.ts'
import { command, example } from '../command.ts'
import { answer, doing } from '../doing.ts'
import { recordEvent } from '../record-event.ts'
import type { Session } from '../session.ts'
import { addFilterOptions, filterOptions } from './filter.ts'

const Options = z.object({ ...filterOptions, file: z.string() })

export const exportEvents = addFilterOptions(command('export'))
  .summary('write the audit log into a file')
  .description(
    'Write the audit log, oldest first, into a new file: a workbook with filters (.xlsx), .csv, or one JSON document a line (.jsonl).',
  )
  .argument('<file>', 'the new file: .xlsx, .csv or .jsonl')
  .addHelpText('after', example('ssh-admin audit export audit.xlsx --since 2026-01-01'))
  .action(doing(Options, exportTo))

async function exportTo({ file, ...filter }: z.infer<typeof Options>, session: Session): Promise<number> {
  const path = resolve(session.context.cwd, file)
  const ending = extname(path).toLowerCase()
  if (!['.xlsx', '.csv', '.jsonl'].includes(ending)) {
    throw new Usage(`${file} has an ending that is not known.`, {
      hint: 'End the name with .xlsx, .csv or .jsonl.',
    })
  }
  const { streamEvents } = await import('../../db/audit-events.ts')
  const store = await session.open('read')
  try {
    const { by } = await session.given(store)
    const counted = { events: 0 }
    const log = streamEvents(store.db, { ...filter, visible: visibleCentres(by) })
    const events = counting(log, { counted, by })
    if (ending === '.jsonl') await writeLines(path, events)
    else {
      const { writeTableFile } = await import('../../workbook/write.ts')
      await writeTableFile(path, [eventSheet(events)])
    }
    await recordEvent(session, { action: 'audit.exported', facts: { events: counted.events } })
    const count = `${counted.events} event${counted.events === 1 ? '' : 's'}`
    await answer(session, {
      text: session.terminal.out.isTerminal ? `${count} written to ${file}.` : `${file}\t${counted.events}`,
      json: { file, events: counted.events },
    })
    return 0
  } finally {
    await store.close()
  }
}

async function* counting(
  events: AsyncIterable<AuditEntry>,
  { counted, by }: { counted: { events: number }; by: Actor },
) {
  for await (const event of events) {
    counted.events += 1
    yield eventFor(by, event)
  }
}

async function writeLines(path: string, events: AsyncIterable<AuditEntry>): Promise<void> {
  const { put, writeNewFile } = await import('../../workbook/write-file.ts')
  await writeNewFile(path, async (stream) => {
    for await (const event of events) await put(stream, `${JSON.stringify(event)}\n`)
    stream.end()
  })
}
