import * as fs from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { faultPoint } from './fault-points.ts'

// All calls that change files or folders, under their names in node:fs: nothing else in src imports those from node:fs,
// so that test/torture can make each of them fail. Listing a folder and resolving symlinks are here too.

/** Makes a folder with its parents, accessible to the owner only. */
export function mkdirSync(path: string): void {
  faultPoint(`mkdir ${genericName(path)}`)
  makeWithParents(path)
}

/** Node's recursive mkdir loops for ever where an existing folder gives ENOENT for what is made in it, as /proc. */
function makeWithParents(path: string): void {
  try {
    fs.mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if (isFolder(path)) return
    const parent = dirname(path)
    const lacksParent =
      error instanceof Error && 'code' in error && error.code === 'ENOENT' && !isFolder(parent)
    if (!lacksParent || parent === path) throw error
    makeWithParents(parent)
    makeWithParents(path)
  }
}

export function isFolder(path: string): boolean {
  try {
    return fs.statSync(path).isDirectory()
  } catch {
    return false
  }
}

export function openSync(path: string, flags: string | number, mode?: number): number {
  if (flags !== 'r') faultPoint(`open ${genericName(path)}`)
  return fs.openSync(path, flags, mode)
}

/** Writes all bytes, even where the system takes a few at a time. */
export function writeSync(file: number, text: string | Uint8Array): void {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  const half = bytes.length >> 1
  faultPoint('write')
  writeAll(file, bytes.subarray(0, half))
  faultPoint('write, half of it done')
  writeAll(file, bytes.subarray(half))
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(file, bytes, at)
}

/**
 * Overwrites a file of a few lines with a single write: a reader finds the old or the new lines, also after a kill. A
 * truncated file would be empty for a moment, and some file systems flush such a file when it is closed.
 */
export function overwriteSync(file: number, text: string): void {
  const bytes = Buffer.from(text)
  faultPoint('write')
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(file, bytes, at, null, at)
  if (fs.fstatSync(file).size > bytes.length) fs.ftruncateSync(file, bytes.length)
}

/** Writes a file that only the owner can read. */
export function writeFileSync(
  path: string,
  text: string | Uint8Array,
  { flag = 'w' }: { flag?: 'w' | 'wx' } = {},
): void {
  const file = openSync(path, flag, 0o600)
  try {
    writeSync(file, text)
  } finally {
    fs.closeSync(file)
  }
}

export function fsyncSync(file: number): void {
  faultPoint('fsync')
  fs.fsyncSync(file)
}

export function chmodSync(path: string, mode: number): void {
  faultPoint(`chmod ${genericName(path)}`)
  fs.chmodSync(path, mode)
}

export function copyFileSync(from: string, to: string, mode?: number): void {
  faultPoint(`copy ${genericName(to)}`)
  fs.copyFileSync(from, to, mode)
}

export function linkSync(from: string, to: string): void {
  faultPoint(`link ${genericName(to)}`)
  fs.linkSync(from, to)
}

export function renameSync(from: string, to: string): void {
  faultPoint(`rename ${genericName(to)}`)
  fs.renameSync(from, to)
}

export function rmSync(path: string, options: { force?: boolean } = {}): void {
  // With force a missing file is no failure, so there is no fault point either.
  if (options.force && fs.lstatSync(path, { throwIfNoEntry: false }) === undefined) return
  faultPoint(`remove ${genericName(path)}`)
  fs.rmSync(path, options)
}

/** Syncs a folder, so that names of files, not only their contents, survive a power cut. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } catch (error) {
    // Some network file systems do not support fsync of a folder, and offer no alternative.
    if (!(error instanceof Error && 'code' in error && error.code === 'EINVAL')) throw error
  } finally {
    fs.closeSync(folder)
  }
}

/**
 * Syncs a folder after a file was renamed in it. The new name is visible to everybody and cannot be taken back safely,
 * so a disk that does not confirm the sync causes no failure; SQLite does likewise.
 */
export function trySyncFolder(path: string): void {
  try {
    syncFolder(path)
  } catch {
    // The contents were synced before: after a power cut the name means the old file or the new one, each complete.
  }
}

/** Syncs a file, so that its contents survive a power cut. */
export function syncFile(path: string): void {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    fs.closeSync(file)
  }
}

/** Creates a file that only the owner can read, and that is synced when the promise resolves. */
export async function writeNewFile(path: string, bytes: Uint8Array): Promise<void> {
  faultPoint(`open ${genericName(path)}`)
  const file = await open(path, 'wx', 0o600)
  try {
    faultPoint('write')
    for (let at = 0; at < bytes.length; ) at += (await write(file, bytes, at)).bytesWritten
    faultPoint('fsync')
    await fsync(file)
  } finally {
    await close(file)
  }
}

// Importing node:fs/promises takes longer than writing one message.
const open = promisify(fs.open)
const write = promisify(fs.write)
const fsync = promisify(fs.fsync)
const close = promisify(fs.close)
const renameFile = promisify(fs.rename)
const remove = promisify(fs.rm)

export async function rename(from: string, to: string): Promise<void> {
  faultPoint(`rename ${genericName(to)}`)
  await renameFile(from, to)
}

/** Removes a file; a file that is gone already is no failure. */
export async function rm(path: string): Promise<void> {
  faultPoint(`remove ${genericName(path)}`)
  await remove(path, { force: true })
}

/** The file's name with its variable parts replaced, to name a fault point. */
function genericName(path: string): string {
  return basename(path).replace(/[0-9a-f]{8,}|\d+/g, 'N')
}

/** The names in a folder; none where the folder cannot be read. */
export function listNames(folder: string): string[] {
  try {
    return fs.readdirSync(folder)
  } catch {
    return []
  }
}

/** The path with the symlinks of its folder resolved, but not those of the file itself. */
export function resolveFolderLinks(path: string): string {
  try {
    return join(fs.realpathSync(dirname(path)), basename(path))
  } catch {
    return path
  }
}

export function tryRealPath(path: string): string {
  try {
    return fs.realpathSync(path)
  } catch {
    return path
  }
}
