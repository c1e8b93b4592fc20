import { randomBytes } from 'node:crypto'
import { lstatSync, readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { namesIn, rmSync } from './disk.ts'
import type { Interruption } from './interruption.ts'

/** Who is making a file, or was. */
interface OwnerProcess {
  host: string
  pid: number
  start: string
}

/** A file of ours that is not finished, or never will be. */
export interface UnfinishedFile {
  path: string
  /** Its process ran on this machine and has surely ended; otherwise nobody knows. */
  abandoned: boolean
  /** What it names lies in a folder that cannot be looked into now. */
  outOfSight?: string
}

/** HOST-PROCESS-START-RANDOM, for the name of a file until it is whole: it says who is making it. */
export function ownerTag(): string {
  return `${thisHost()}-${process.pid}-${startOf(process.pid) ?? '0'}-${randomBytes(6).toString('hex')}`
}

const endings = 'new|restoring|migrating|part|note'
const beside = '(?:-wal|-shm|-journal|[.]writer)?'
const name = new RegExp(
  `[.-]([A-Za-z0-9_~]+)-(\\d+)-(\\d+)-[0-9a-f]{12}[.](?:${endings})(?:[.]\\w+)?${beside}$`,
)

export function isUnfinishedName(file: string): boolean {
  return name.test(file)
}

/** What lies in a folder under a name that `ownerTag` made; `of` is what such a name begins with. */
export function unfinishedIn(folder: string, of: readonly string[]): UnfinishedFile[] {
  return namesIn(folder)
    .filter((file) => of.some((start) => file.startsWith(start)) && isUnfinishedName(file))
    .map((file) => join(folder, file))
    .map((path) => ({ path, abandoned: statusOfOwner(path) === 'ended' && !isFolder(path) }))
}

/** No command of ours makes a folder under such a name, nor removes one. */
function isFolder(path: string): boolean {
  try {
    return lstatSync(path).isDirectory()
  } catch {
    return false
  }
}

/** What became of the process that was making a file; `unknown` of one on another host. */
export function statusOfOwner(file: string): 'running' | 'ended' | 'unknown' {
  const owner = ownerOfFile(file)
  if (!owner || owner.host !== thisHost()) return 'unknown'
  if (!lives(owner.pid)) return 'ended'
  const start = startOf(owner.pid)
  // Another process may have been given the number since.
  const isAnother = start !== undefined && owner.start !== '0' && start !== owner.start
  return isAnother ? 'ended' : 'running'
}

/** The same for what `ownerTag` made, wherever it was written down. */
export function statusOfOwnerTag(mark: string): 'running' | 'ended' | 'unknown' {
  return statusOfOwner(`-${mark}.new`)
}

function ownerOfFile(file: string): OwnerProcess | undefined {
  const [, host, pid, start] = name.exec(file) ?? []
  if (host === undefined || start === undefined) return undefined
  return { host, pid: Number(pid), start }
}

/** Containers of one name that share a disk see each other's process numbers as their own: the namespace tells them apart. */
function thisHost(): string {
  const plain = hostname()
    .slice(0, 40)
    .replace(/[^A-Za-z0-9_]/g, '~')
  return `${plain || '~'}${namespaceOfProcesses()}`
}

function namespaceOfProcesses(): string {
  try {
    return `~${/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? ''}`
  } catch {
    return ''
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process may not be signalled, and lives.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** When a process began, in clock ticks; only Linux says it. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

/** A store or a key under the name that it bears until it is whole. */
interface UnfinishedCopy {
  /** Takes it away, with what SQLite keeps beside it; harmless once it has its own name. */
  remove: () => void
}

/** The file of a database, and what may lie beside it. */
export const partsOfDatabase = ['', '-wal', '-shm', '-journal', '.writer']

/** Said before it is written: a second signal ends the process where it stands, and takes it away first. */
export function unfinishedCopy(path: string, interruption: Interruption | undefined): UnfinishedCopy {
  const removeParts = () => {
    for (const part of partsOfDatabase) removeIfPossible(`${path}${part}`)
  }
  const forget = interruption?.beforeEnding(removeParts)
  return {
    remove: () => {
      forget?.()
      removeParts()
    },
  }
}

/** What was done stays done when something else cannot be tidied away; `store check` names it. */
export function removeIfPossible(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {
    return
  }
}
