// Bundled and run by build.mjs: writes the manual's pages into a folder.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { manPages } from './man-pages.ts'

/** Each in its place; what is no page of this program any more is taken away. */
export async function writeManPages(folder: string): Promise<void> {
  const pages = await manPages()
  mkdirSync(folder, { recursive: true })
  for (const [name, page] of pages) writeFileSync(join(folder, name), page)
  for (const name of readdirSync(folder)) if (!pages.has(name)) rmSync(join(folder, name))
}
