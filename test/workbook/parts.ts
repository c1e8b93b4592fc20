import { readFile } from 'node:fs/promises'
import { unzip } from '../../fixtures/zip.ts'

/** The parts of a workbook as text, by their names. */
export async function partsOf(path: string): Promise<Map<string, string>> {
  const entries = await unzip(await readFile(path))
  return new Map(entries.map(({ name, content }) => [name, content.toString('utf8')]))
}
