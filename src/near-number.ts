/**
 * What two centre numbers have in common that differ only by zeros before the digits, O for 0, or I or L for 1: EG01 is
 * EG001. Another digit is another centre.
 */
export function numberWithoutSlips(number: string): string {
  return number
    .toUpperCase()
    .replace(/(?<=\d|^[A-Z]{2})O|O(?=\d)/g, '0')
    .replace(/(?<=\d|^[A-Z]{2})[IL]|[IL](?=\d)/g, '1')
    .replace(/^([A-Z]*)0+(?=\d)/, '$1')
}
