import { searchKey } from '../../search-key.ts'

const substitutes: Record<string, string> = {
  '0': 'o',
  '1': 'l',
  '!': 'l',
  '|': 'l',
  i: 'l',
  '3': 'e',
  '4': 'a',
  '@': 'a',
  '5': 's',
  $: 's',
  '7': 't',
  '+': 't',
  '8': 'b',
  '9': 'g',
}

/** A password as it is compared: `P4$$ w0rd` and `password` are one, so are l, i and 1. */
export function alike(text: string): string {
  return searchKey(text)
    .replace(/\s+/gu, '')
    .replace(/[01!|i34@5$7+89]/g, (sign) => substitutes[sign] ?? sign)
}
