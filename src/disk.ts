import * as fs from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { faultPoint } from './fault-points.ts'

// Every call that changes a file or a folder, under the names of node:fs: nothing else in src imports those from
// there, so that test/torture can let each of them fail. What lies in a folder, and behind a link, is asked here too.

/** With those above it, for its owner only. */
export function mkdirSync(path: string): void {
  faultPoint(`mkdir ${kindOf(path)}`)
  makeWithParents(path)
}

/** Node's own goes on for ever where a folder is there and says of what is to be made in it that it is not, as /proc does. */
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
  if (flags !== 'r') faultPoint(`open ${kindOf(path)}`)
  return fs.openSync(path, flags, mode)
}

/** Writes all of it, however little the system takes at a time. */
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
 * Writes a few lines over what a file holds, at once: whoever reads meanwhile finds the old or the new ones, and a
 * process that is killed leaves either. A file that is emptied first is none for a moment, and a disk writes it out when it is closed.
 */
export function overwriteSync(file: number, text: string): void {
  const bytes = Buffer.from(text)
  faultPoint('write')
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(file, bytes, at, null, at)
  if (fs.fstatSync(file).size > bytes.length) fs.ftruncateSync(file, bytes.length)
}

/** For its owner only. */
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
  faultPoint(`chmod ${kindOf(path)}`)
  fs.chmodSync(path, mode)
}

export function copyFileSync(from: string, to: string, mode?: number): void {
  faultPoint(`copy ${kindOf(to)}`)
  fs.copyFileSync(from, to, mode)
}

export function linkSync(from: string, to: string): void {
  faultPoint(`link ${kindOf(to)}`)
  fs.linkSync(from, to)
}

export function renameSync(from: string, to: string): void {
  faultPoint(`rename ${kindOf(to)}`)
  fs.renameSync(from, to)
}

export function rmSync(path: string, options: { force?: boolean } = {}): void {
  // What is not there is not removed, and nothing can fail.
  if (options.force && fs.lstatSync(path, { throwIfNoEntry: false }) === undefined) return
  faultPoint(`remove ${kindOf(path)}`)
  fs.rmSync(path, options)
}

/** Makes the names in a folder, and not only what the files hold, outlast a power cut. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } catch (error) {
    // Some network disks cannot do this, and nothing else can be done there.
    if (!(error instanceof Error && 'code' in error && error.code === 'EINVAL')) throw error
  } finally {
    fs.closeSync(folder)
  }
}

/**
 * The same once a file has its name. That is so for everybody who looks, and cannot be taken back safely: a disk that
 * does not confirm it makes no failure of it, as with SQLite.
 */
export function trySyncFolder(path: string): void {
  try {
    syncFolder(path)
  } catch {
    // What the file holds was synced before: after a power cut the old one is there, or this one, and either is whole.
  }
}

/** Makes what a file holds outlast a power cut. */
export function syncFile(path: string): void {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    fs.closeSync(file)
  }
}

/** Makes a new file, for its owner only, that is wholly on the disk when this resolves. */
export async function writeNewFile(path: string, bytes: Uint8Array): Promise<void> {
  faultPoint(`open ${kindOf(path)}`)
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

// Node's own promises of these take longer to load than one message to write.
const open = promisify(fs.open)
const write = promisify(fs.write)
const fsync = promisify(fs.fsync)
const close = promisify(fs.close)
const renameFile = promisify(fs.rename)
const remove = promisify(fs.rm)

export async function rename(from: string, to: string): Promise<void> {
  faultPoint(`rename ${kindOf(to)}`)
  await renameFile(from, to)
}

/** A file that is gone already is none to remove. */
export async function rm(path: string): Promise<void> {
  faultPoint(`remove ${kindOf(path)}`)
  await remove(path, { force: true })
}

/** A name without what is different each time. */
function kindOf(path: string): string {
  return basename(path).replace(/[0-9a-f]{8,}|\d+/g, 'N')
}

/** What lies in a folder; one that may not be looked into tells nothing. */
export function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder)
  } catch {
    return []
  }
}

/** A path whose folder is written without links. */
export function withRealFolder(path: string): string {
  try {
    return join(fs.realpathSync(dirname(path)), basename(path))
  } catch {
    return path
  }
}

export function behindLinks(path: string): string {
  try {
    return fs.realpathSync(path)
  } catch {
    return path
  }
}
