import { randomBytes } from 'node:crypto'
import { lstatSync, readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { listNames, rmSync } from './disk.ts'
import type { Interruption } from './interruption.ts'

/** The process that is writing a file, or was. */
interface OwnerProcess {
  host: string
  pid: number
  start: string
}

/** A file of this program that is being written, or was abandoned. */
export interface UnfinishedFile {
  path: string
  /** The process ran on this machine and has surely ended; false where this is unknown. */
  abandoned: boolean
  /** For a note: the path that it names, in a folder that cannot be read now. */
  unreadablePath?: string
}

/** HOST-PROCESS-START-RANDOM: identifies the process in the name of an unfinished file. */
export function ownerTag(): string {
  return `${thisHost()}-${process.pid}-${startOf(process.pid) ?? '0'}-${randomBytes(6).toString('hex')}`
}

const temporarySuffixes = 'new|restoring|migrating|part|note'
const databaseSuffix = '(?:-wal|-shm|-journal|[.]writer)?'
const unfinishedNamePattern = new RegExp(
  `[.-]([A-Za-z0-9_~]+)-(\\d+)-(\\d+)-[0-9a-f]{12}[.](?:${temporarySuffixes})(?:[.]\\w+)?${databaseSuffix}$`,
)

export function isUnfinishedName(file: string): boolean {
  return unfinishedNamePattern.test(file)
}

/** The unfinished files in a folder whose names begin with one of `of`. */
export function unfinishedIn(folder: string, prefixes: readonly string[]): UnfinishedFile[] {
  return listNames(folder)
    .filter((file) => prefixes.some((prefix) => file.startsWith(prefix)) && isUnfinishedName(file))
    .map((file) => join(folder, file))
    .map((path) => ({ path, abandoned: statusOfOwner(path) === 'ended' && !isFolder(path) }))
}

/** This program neither creates nor removes folders with such names. */
function isFolder(path: string): boolean {
  try {
    return lstatSync(path).isDirectory()
  } catch {
    return false
  }
}

/** Whether the process that was writing a file still runs; `unknown` for a process on another host. */
export function statusOfOwner(file: string): 'running' | 'ended' | 'unknown' {
  const owner = ownerOfFile(file)
  if (!owner || owner.host !== thisHost()) return 'unknown'
  if (!isRunning(owner.pid)) return 'ended'
  const start = startOf(owner.pid)
  // The process number may have been reused by another process.
  const isAnother = start !== undefined && owner.start !== '0' && start !== owner.start
  return isAnother ? 'ended' : 'running'
}

/** Whether the process of a tag made by `ownerTag` still runs. */
export function statusOfOwnerTag(tag: string): 'running' | 'ended' | 'unknown' {
  return statusOfOwner(`-${tag}.new`)
}

function ownerOfFile(file: string): OwnerProcess | undefined {
  const [, host, pid, start] = unfinishedNamePattern.exec(file) ?? []
  if (host === undefined || start === undefined) return undefined
  return { host, pid: Number(pid), start }
}

/** The host's name and PID namespace: containers that share a name and a disk have overlapping process numbers. */
function thisHost(): string {
  const plain = hostname()
    .slice(0, 40)
    .replace(/[^A-Za-z0-9_]/g, '~')
  return `${plain || '~'}${pidNamespace()}`
}

function pidNamespace(): string {
  try {
    return `~${/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? ''}`
  } catch {
    return ''
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM means that the process exists and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** The start time of a process in clock ticks; known on Linux only. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

/** A store or a key that is written under a temporary name. */
interface UnfinishedCopy {
  /** Removes the file and those that SQLite keeps beside it; does nothing once the file was renamed. */
  remove: () => void
}

/** Suffixes of a database file and the files that may lie beside it. */
export const databaseFileSuffixes = ['', '-wal', '-shm', '-journal', '.writer']

/** Called before the file is written, so that a second signal removes the file before it ends the process. */
export function unfinishedCopy(path: string, interruption: Interruption | undefined): UnfinishedCopy {
  const removeFiles = () => {
    for (const suffix of databaseFileSuffixes) removeIfPossible(`${path}${suffix}`)
  }
  const unregister = interruption?.onForcedExit(removeFiles)
  return {
    remove: () => {
      unregister?.()
      removeFiles()
    },
  }
}

/** Failures are ignored, because the command's work is done; `store check` reports the file. */
export function removeIfPossible(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {
    return
  }
}
