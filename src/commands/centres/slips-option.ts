import { Option } from 'commander'
import * as z from 'zod'
import { slipLayouts } from '../../import/pin-slips.ts'

export const slips = z.enum(slipLayouts).optional()

/** How the slips of a PIN workbook are laid out. */
export function slipsOption(): Option {
  return new Option(
    '--slips <layout>',
    'slips to cut out and hand out, in a .xlsx: each centre on pages of its own, or one after another (default: by-centre, up to 10,000 users)',
  ).choices(slipLayouts)
}
