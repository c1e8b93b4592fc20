import { rmSync } from '../../disk.ts'
import { Cancelled } from '../../errors.ts'
import type { SharedConnection } from './shared-connection.ts'

interface Copying {
  to: string
  signal: AbortSignal
}

/** Copies every table, all as they were at one moment, into a file of SQLite, which is a store of its own. @returns its size */
export async function copyOut(connection: SharedConnection, { to, signal }: Copying): Promise<number> {
  const { newFile } = await import('../sqlite/new-file.ts')
  const file = await newFile(to, { version: connection.row.version })
  try {
    for (const table of file.tables()) {
      for await (const rows of connection.rowsOf(table, file.columnsOf(table))) {
        if (signal.aborted) throw new Cancelled()
        file.insert(table, rows)
      }
    }
    const last: [string, number][] = []
    for (const table of file.counted()) last.push([table, await connection.lastNumber(table)])
    return file.finish(last)
  } finally {
    file.close()
    for (const leftover of [`${to}-wal`, `${to}-shm`, `${to}-journal`]) rmSync(leftover, { force: true })
  }
}
