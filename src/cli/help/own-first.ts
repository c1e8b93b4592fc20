import { everyCommand } from '../common-options.ts'

/** A page of help with what every command takes at its end: what is the command's own comes first. */
export function ownFirst(page: string): string {
  const parts = page.trimEnd().split(/\n{2,}/)
  const isOfEvery = (part: string) => part.startsWith(`${everyCommand}\n`)
  return `${[...parts.filter((part) => !isOfEvery(part)), ...parts.filter(isOfEvery)].join('\n\n')}\n`
}
