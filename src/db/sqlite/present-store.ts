import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { mkdirSync } from '../../disk.ts'
import { finishing } from '../../interruption.ts'
import { headFileOfFile, headFileOfNewFile, isSameHead } from '../audit/head-file.ts'
import { nameToKeep } from '../store/kept-copies.ts'
import type { Opening } from '../store/opening.ts'
import type { PresentStore } from '../store/restore.ts'
import { erasedIn, fingerprintIn, headAt, headIfAny } from './inspect.ts'
import { lockExclusively, replaceStoreFile, refuseWhileInUse } from './place.ts'

/** A file that a backup is to take the place of. @throws `store-in-use` */
export function presentStoreFile({ path, keyFile, now, interruption }: Opening): PresentStore {
  refuseWhileInUse(path)
  const head = headAt(path)
  const isThere = existsSync(path)
  const kept = isThere ? nameToKeep(path, { before: 'restore', now: now() }) : null
  return {
    fingerprint: fingerprintIn(path),
    keyFileFor: () => keyFile,
    headFileBeside: (file) => (isThere ? headFileOfFile(file, path) : headFileOfNewFile(file, path)),
    erased: (storeId) => erasedIn(path, { storeId }),
    kept,
    copyBeside: path,
    replaceWith: async (file, { beforePlacing }) => {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      const held = lockExclusively(path, interruption)
      try {
        // Whom it erased since is not known to the copy.
        if (!isSameHead(headIfAny(held.raw), head)) return undefined
        const keep = kept ?? nameToKeep(path, { before: 'restore', now: now() })
        await finishing(interruption, {
          what: 'the backup is being put in the place of the store',
          finish: async () => {
            await beforePlacing()
            replaceStoreFile({ from: file, held, keep })
          },
        })
        return { eventsMeanwhile: 0 }
      } finally {
        held.unlock()
      }
    },
  }
}
