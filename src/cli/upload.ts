import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { isStoreHeader, type OpenStore } from '../db/store/opening.ts'
import { BadInput, Cancelled, CommitUnknown, errorCodeOf, isMissingPath, Refused, Usage } from '../errors.ts'
import { inputStream } from '../input-file.ts'
import { oneLine } from '../render/clean-text.ts'
import type { Uploaded } from '../rules/contents.ts'
import { ownerTag } from '../unfinished-files.ts'
import { refuseStoreFileAsInput } from './store-files.ts'
import { startByteProgress } from './progress.ts'
import type { Session } from './session.ts'
import { hintOfNearFiles } from '../nearest.ts'
import { pathInWords } from '../shell-word.ts'

/** The most bytes of one file. */
export const maxBytes = 500 * 1024 * 1024

/** A file to save in the store, with its digest. */
export interface FileToUpload {
  /** The base name. */
  name: string
  path: string
  sha256: string
  bytes: number
  /** A placeholder for the bytes in a rehearsal. */
  piece: Buffer
}

/** Reads a file through to compute its digest; the bytes are not kept. @throws `file-…`, `same-file` */
export async function fileToUpload(session: Session, file: string): Promise<FileToUpload> {
  const { cwd } = session.context
  if (file.trim() === '')
    throw new Usage('The name of a file is empty.', { code: 'missing-value', hint: 'Name the file.' })
  const path = resolve(cwd, file)
  const stats = statOrRefuse(path, file)
  refuseStoreFileAsInput(file, session)
  if (!stats.isFile()) throw unusableFile(file, 'is no ordinary file')
  if (stats.size === 0) throw unusableFile(file, 'is empty')
  if (stats.size > maxBytes) throw unusableFile(file, 'is larger than 500 MB')
  const hash = createHash('sha256')
  let bytes = 0
  const progress = await startByteProgress(session.terminal, `Reading ${oneLine(file)} …`, stats.size)
  try {
    for await (const piece of piecesOfFile(path, { file, session })) {
      if (bytes === 0) refuseStore(piece, file)
      hash.update(piece)
      bytes += piece.length
      if (bytes > maxBytes) throw unusableFile(file, 'is larger than 500 MB')
      progress.update(bytes)
    }
  } finally {
    progress.stop()
  }
  return { name: basename(path), path, sha256: hash.digest('hex'), bytes, piece: Buffer.alloc(1) }
}

/**
 * A backup holds everybody's personal data, and a release would open it for centres to download.
 * @throws `same-file`
 */
function refuseStore(piece: Buffer, file: string): void {
  if (!isStoreHeader(piece)) return
  throw new Refused('same-file', `${file} is a store of ssh-admin, or a backup of one.`, {
    hint: 'Name another file.',
  })
}

/** The files of a change whose bytes go into the store. */
export interface UploadSpec<Request> {
  files: (request: Request) => readonly FileToUpload[]
  /** Adds to the request where the bytes of its files are. */
  addUploaded: (request: Request, uploaded: readonly Uploaded[]) => Request
}

interface Uploads<Request> {
  /** Whether the bytes are uploaded before the transaction that refers to them; files of one piece go in with it. */
  precedeTransaction: boolean
  /** Runs the work with the bytes in the store, and removes them where the work fails. */
  runWith: <Done>(work: (request: Request) => Promise<Done>) => Promise<Done>
}

/** @throws `file-changed` */
export async function prepareUploads<Request>(
  { files: filesIn, addUploaded: withBytes }: UploadSpec<Request>,
  { session, store, request }: { session: Session; store: OpenStore; request: Request },
): Promise<Uploads<Request>> {
  const files = filesIn(request)
  if (await fitInOnePiece(files)) {
    const withBytesOfFiles = withBytes(request, await readFiles(session, files))
    return { precedeTransaction: false, runWith: (work) => work(withBytesOfFiles) }
  }
  const runWith = async <Done>(work: (request: Request) => Promise<Done>) => {
    const uploaded = await uploadFiles(session, { store, files })
    try {
      if (session.context.interruption.isCancelled()) throw new Cancelled()
      return await work(withBytes(request, uploaded))
    } catch (error) {
      // Where the commit is uncertain the uploads stay, because a saved change would refer to them.
      if (!(error instanceof CommitUnknown)) await removeUploads(store, uploaded)
      throw error
    }
  }
  return { precedeTransaction: true, runWith }
}

async function fitInOnePiece(files: readonly FileToUpload[]): Promise<boolean> {
  const { pieceLength } = await import('../db/contents.ts')
  return files.reduce((sum, { bytes }) => sum + bytes, 0) <= pieceLength
}

/** Reads the files with all their bytes. @throws `file-changed` */
function readFiles(session: Session, files: readonly FileToUpload[]): Promise<Uploaded[]> {
  return Promise.all(
    files.map(async (file) => {
      const { name, path, sha256, bytes } = file
      let sent = 0
      let piece: Buffer = Buffer.alloc(0)
      for await (const read of piecesOfFile(path, { file: name, session })) {
        sent += read.length
        if (sent > bytes) break
        piece = read
      }
      refuseChanged(file, { sent, digest: createHash('sha256').update(piece).digest('hex') })
      return { name, sha256, bytes, piece }
    }),
  )
}

/** Uploads all files or, where one fails, none. */
async function uploadFiles(
  session: Session,
  { store, files }: { store: OpenStore; files: readonly FileToUpload[] },
): Promise<Uploaded[]> {
  await refuseFullDisk(store, files)
  const uploaded: Uploaded[] = []
  try {
    for (const file of files) uploaded.push(await uploadFile(session, { store, file }))
    return uploaded
  } catch (error) {
    await removeUploads(store, uploaded)
    throw error
  }
}

/**
 * Refuses files for which the disk of the store has no room: once it is full, nothing can be changed, and what is left of
 * the upload cannot be removed either. @throws `disk-full`
 */
async function refuseFullDisk(
  { db, path, engine }: OpenStore,
  files: readonly FileToUpload[],
): Promise<void> {
  if (engine.isShared || path === undefined) return
  const { findContent } = await import('../db/contents.ts')
  const { refuseWithoutRoom } = await import('./output-file.ts')
  let bytes = 0 - (await engine.reusableSize())
  const distinct = new Map(files.map((file) => [file.sha256, file]))
  for (const file of distinct.values()) if (!(await findContent(db, file.sha256))?.usable) bytes += file.bytes
  refuseWithoutRoom(path, bytes, 'Nothing was changed. Make room there, then try again.')
}

/** Failures are ignored: the next change removes what is left. An upload that a commit has completed stays. */
async function removeUploads(store: OpenStore, uploaded: readonly Uploaded[]): Promise<void> {
  const ids = uploaded.flatMap(({ uploadId }) => (uploadId === undefined ? [] : [uploadId]))
  if (ids.length === 0) return
  const { removeUpload } = await import('../db/contents.ts')
  const { commitUnlogged } = await import('../db/transact.ts')
  const removal = commitUnlogged(store, async (trx) => {
    for (const id of ids) await removeUpload(trx, id)
  })
  await removal.catch(() => undefined)
}

/**
 * Saves the bytes of a file piece by piece, each in a transaction of its own, so that others can write meanwhile. No
 * row refers to the pieces until the change commits the whole upload.
 */
async function uploadFile(
  session: Session,
  { store, file }: { store: OpenStore; file: FileToUpload },
): Promise<Uploaded> {
  const { beginUpload, addPiece } = await import('../db/contents.ts')
  const { commitUnlogged } = await import('../db/transact.ts')
  const { name, path, sha256, bytes } = file
  const described = { name, sha256, bytes }
  const upload: { id?: number | undefined } = {}
  const hash = createHash('sha256')
  const progress = await startByteProgress(session.terminal, `Uploading ${oneLine(name)} …`, bytes)
  let position = 0
  let sent = 0
  try {
    for await (const piece of piecesOfFile(path, { file: name, session })) {
      hash.update(piece)
      sent += piece.length
      if (sent > bytes) break
      await commitUnlogged(store, async (trx) => {
        if (position === 0) upload.id = await beginUpload(trx, { sha256, maker: ownerTag(), at: store.now() })
        if (upload.id !== undefined) await addPiece(trx, { uploadId: upload.id, position, bytes: piece })
      })
      if (upload.id === undefined) return described
      position += 1
      progress.update(sent)
    }
    refuseChanged(file, { sent, digest: hash.digest('hex') })
  } catch (error) {
    await removeUploads(store, [{ ...described, uploadId: upload.id }])
    throw error
  } finally {
    progress.stop()
  }
  return { ...described, uploadId: upload.id }
}

/** @throws `file-changed` */
function refuseChanged(
  { name, bytes, sha256 }: FileToUpload,
  { sent, digest }: { sent: number; digest: string },
): void {
  if (sent === bytes && digest === sha256) return
  throw new BadInput('file-changed', `${name} was changed while it was being read.`, {
    hint: 'Try again when nobody writes to it.',
  })
}

/** All pieces have the same length, except the last. */
async function* piecesOfFile(
  path: string,
  { file, session }: { file: string; session: Session },
): AsyncGenerator<Buffer> {
  const { pieceLength } = await import('../db/contents.ts')
  const { signal } = session.context
  let pending: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of inputStream(path, signal)) {
      pending.push(chunk)
      length += chunk.length
      while (length >= pieceLength) {
        const all = Buffer.concat(pending)
        yield all.subarray(0, pieceLength)
        pending = [all.subarray(pieceLength)]
        length = all.length - pieceLength
      }
    }
  } catch (error) {
    if (signal.aborted) throw new Cancelled()
    throw unreadableFile(file, { path, cause: error })
  }
  if (length > 0) yield Buffer.concat(pending)
}

function statOrRefuse(path: string, file: string) {
  try {
    return statSync(path)
  } catch (error) {
    throw unreadableFile(file, { path, cause: error })
  }
}

function unreadableFile(file: string, { path, cause }: { path: string; cause: unknown }): BadInput {
  const code = errorCodeOf(cause)
  if (isMissingPath(cause)) {
    return new BadInput('file-not-found', `There is no file ${pathInWords(file)}.`, {
      hint: hintOfNearFiles(path),
      cause,
    })
  }
  if (code === 'EACCES')
    return new BadInput('file-not-readable', `You may not read ${pathInWords(file)}.`, {
      hint: 'Ask whoever it belongs to, or name another file.',
      cause,
    })
  return new BadInput('file-not-readable', `${file} cannot be read: ${code}.`, { cause })
}

function unusableFile(file: string, reason: string): BadInput {
  return new BadInput('file-not-usable', `${file} ${reason}.`, { hint: 'A file has 1 byte to 500 MB.' })
}
