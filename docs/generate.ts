// npm run docs: generates docs/commands.md
import { writeFile } from 'node:fs/promises'
import { commandsDocument } from './commands-document.ts'

await writeFile(new URL('commands.md', import.meta.url), await commandsDocument())
