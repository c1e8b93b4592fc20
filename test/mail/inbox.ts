import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import PostalMime, { type Email } from 'postal-mime'
import type { World } from '../world.ts'

/** Every message in the mail directory, as a mail program reads it. */
export async function inbox(world: World): Promise<(Email & { file: string })[]> {
  const folder = world.mailFolder
  const messages: (Email & { file: string })[] = []
  for (const name of readdirSync(folder).sort()) {
    const file = join(folder, name)
    messages.push({ ...(await PostalMime.parse(readFileSync(file))), file })
  }
  return messages
}
