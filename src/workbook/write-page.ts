import type { PrintSetup } from './sheet.ts'
import { xmlText } from './xml.ts'

const A4 = 9
/** Letters of the usual size that fit across a page of A4, within its margins. */
const LETTERS_ACROSS = { portrait: 92, landscape: 138 } as const
/** Below this share of their size letters cannot be read on paper. */
const SMALLEST_SCALE = 0.6
const NARROWEST = 10
const LONGEST_HEADER = 200

/** How a sheet is laid out on paper. */
export interface Layout {
  widths: number[]
  landscape: boolean
  pagesAcross: number
}

/**
 * Makes columns fit on a page at a size that can be read: landscape where portrait would be too small, long
 * columns narrower where their texts are wrapped, and several pages side by side where there are too many columns.
 */
export function layoutOf(
  widths: readonly number[],
  { landscape = false, wrapped = false }: { landscape?: boolean; wrapped?: boolean },
): Layout {
  const across = (turned: boolean) => LETTERS_ACROSS[turned ? 'landscape' : 'portrait'] / SMALLEST_SCALE
  const wanted = sum(widths)
  const turned = landscape || wanted > across(false)
  const fitting = wrapped && wanted > across(turned) ? narrowed(widths, across(turned)) : [...widths]
  return {
    widths: fitting,
    landscape: turned,
    pagesAcross: Math.max(1, Math.ceil(sum(fitting) / across(turned) - 0.01)),
  }
}

/** Takes from the columns what is more than the narrowest, each in proportion. */
function narrowed(widths: readonly number[], most: number): number[] {
  const spare = widths.map((width) => Math.max(0, width - NARROWEST))
  const excess = sum(widths) - most
  const share = Math.min(1, excess / Math.max(1, sum(spare)))
  return widths.map((width, column) => Math.floor((width - (spare[column] ?? 0) * share) * 100) / 100)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

/** The page's elements that follow the rows. */
export function pageXml(
  { title }: PrintSetup,
  { landscape, fit = '' }: { landscape: boolean; fit?: string },
): string {
  const header =
    title === undefined
      ? ''
      : `<oddHeader>${xmlText(`&L${title.slice(0, LONGEST_HEADER).replaceAll('&', '&&')}`)}</oddHeader>`
  return (
    `<pageMargins left="0.5" right="0.5" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>` +
    `<pageSetup paperSize="${A4}" ${fit}orientation="${landscape ? 'landscape' : 'portrait'}"/>` +
    `<headerFooter>${header}<oddFooter>&amp;RPage &amp;P of &amp;N</oddFooter></headerFooter>`
  )
}
