import { statSync } from 'node:fs'
import { openDatabase } from './connection.ts'
import { makeWhole } from './place.ts'

/** Takes the bytes of files out of a copy of a store; what is said of them stays. @returns its size */
export function leaveOutContent(path: string): number {
  const raw = openDatabase(path)
  try {
    raw.exec('delete from content_pieces')
    raw.exec('delete from contents where sha256 is null')
    raw.exec('vacuum')
  } finally {
    raw.close()
  }
  makeWhole(path, { named: path })
  return statSync(path).size
}
