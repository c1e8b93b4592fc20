// Runs a command from its source, and notes each file of src and each package that is loaded for it.
import { register } from 'node:module'

const hooks = `
import { appendFileSync } from 'node:fs'
export async function load(url, context, next) {
  const [, file] = /[/](src[/][^?]+[.]ts)/.exec(url) ?? []
  const [, name] = /[/]node_modules[/]((?:@[^/]+[/])?[^/]+)/.exec(url) ?? []
  if (file ?? name) appendFileSync(process.env.LOADED_FILES, (file ?? 'node_modules/' + name) + '\\n')
  return next(url, context)
}`
register(`data:text/javascript,${encodeURIComponent(hooks)}`, import.meta.url)
const { main } = await import('../src/main.ts')
process.exitCode = await main(process.argv.slice(2))
