import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { Unavailable } from '../errors.ts'
import { inUnits } from '../render/text.ts'

/** Looks whether a file of about this size finds room, before it is begun. @throws `disk-full` */
export function refuseWithoutRoom(file: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(dirname(file))
  const free = bavail * bsize
  if (bytes <= free) return
  throw new Unavailable(
    'disk-full',
    `${file} needs about ${inUnits(bytes)}, and its disk has ${inUnits(free)} left.`,
    { hint: 'Nothing was changed. Make room there, or name a place on another disk.' },
  )
}
