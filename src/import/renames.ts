import { Refused } from '../errors.ts'
import type { Plan } from './plan.ts'

const share = 0.2
const fewest = 5
const mostShown = 20

/** Renames that change more than letter case, blanks or Unicode form. */
export function realRenames({ renames }: Pick<Plan, 'renames'>): Plan['renames'] {
  return renames.filter(({ before, after }) => plainly(before) !== plainly(after))
}

function plainly(name: string): string {
  return name.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim()
}

/** @throws `rename-limit`; an allowance, when given, must be right, limit or not */
export function checkRenames(plan: Plan, allowed: number | undefined): void {
  const renames = realRenames(plan)
  const total = renames.length
  const over = total >= fewest && total > plan.live.inWorkbook * share
  if (allowed === total || (allowed === undefined && !over)) return
  const centres = total === 1 ? '1 centre' : `${total} centres`
  throw new Refused(
    'rename-limit',
    allowed === undefined
      ? `This would rename ${centres} of the ${plan.live.inWorkbook} that the workbook names, more than a fifth; nothing was changed.`
      : `--allow-renames ${allowed} is not right: this would rename ${centres}; nothing was changed.`,
    {
      hint: `Look at the names, old and new: perhaps they slipped by a row. If all of it is meant: --allow-renames ${total}`,
      details: {
        total,
        of: plan.live.inWorkbook,
        allowed: allowed ?? null,
        renamedCentres: renames
          .slice(0, mostShown)
          .map(({ number, before, after, cell }) => ({ number, from: before, to: after, cell })),
      },
    },
  )
}
