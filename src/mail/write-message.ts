import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Unavailable } from '../errors.ts'
import type { OutboxRow } from '../db/schema.ts'

/** The folder that messages are written to: its owner's only. */
export async function makeMailFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new Unavailable('mail-dir-not-writable', `The mail directory ${folder} cannot be made.`, { cause })
  }
}

/** Writes a message as a file that any mail program opens; written again, it is the same file. @returns its path */
export async function writeMessage(
  folder: string,
  { row, raw }: { row: Pick<OutboxRow, 'id' | 'letter' | 'message_id'>; raw: Buffer },
): Promise<string> {
  const path = join(
    folder,
    `${String(row.id).padStart(4, '0')}-${row.letter}-${row.message_id.slice(0, 8)}.eml`,
  )
  const temporary = `${path}.${process.pid}.new`
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(raw)
    await file.sync()
    await file.close()
    await rename(temporary, path)
  } catch (error) {
    await file.close().catch(() => undefined)
    await rm(temporary, { force: true })
    throw error
  }
  return path
}
