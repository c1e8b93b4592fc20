// node --import tsx docs/loaded-files.mjs users show EMAIL: runs a command from its source, and lists on stderr each file of
// src and each package that it loaded; with LOADED_FILES set, writes the list into that file.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { register } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const named = process.env.LOADED_FILES
const folder = named === undefined ? mkdtempSync(join(tmpdir(), 'loaded-files-')) : undefined
const log = named ?? join(folder, 'loaded')
const hooks = `
import { appendFileSync } from 'node:fs'
export async function load(url, context, next) {
  const [, file] = /[/](src[/][^?]+[.]ts)/.exec(url) ?? []
  const [, name] = /[/]node_modules[/]((?:@[^/]+[/])?[^/]+)/.exec(url) ?? []
  if (file ?? name) appendFileSync(${JSON.stringify(log)}, (file ?? 'node_modules/' + name) + '\\n')
  return next(url, context)
}`
register(`data:text/javascript,${encodeURIComponent(hooks)}`, import.meta.url)
// The list is printed on exit, because main ends the process itself.
if (folder !== undefined)
  process.on('exit', () => {
    const files = new Set(readFileSync(log, 'utf8').trim().split('\n'))
    process.stderr.write(`${[...files].sort().join('\n')}\n`)
    rmSync(folder, { recursive: true })
  })
const { main } = await import('../src/main.ts')
process.exitCode = await main(process.argv.slice(2))
