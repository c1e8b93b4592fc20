import { lstatSync, mkdirSync } from 'node:fs'
import module from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Keeps compiled code for the next start, in a folder that is this user's alone, or not at all. Node's own
 * choice is one folder in the machine's temporary one, whoever made it: code from there is run unread.
 */
export function keepCompiledCode() {
  const folder = module.enableCompileCache && process.getuid && ownFolder(process.getuid())
  if (folder) module.enableCompileCache(folder)
}

function ownFolder(user) {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ssh-admin')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const found = lstatSync(folder)
    return found.isDirectory() && found.uid === user && (found.mode & 0o077) === 0 ? folder : undefined
  } catch {
    return undefined
  }
}
