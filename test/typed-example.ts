/** The words as a shell passes them on, and the file it reads them from. */
export function typedExample(line: string): { argv: string[]; stdinFrom: string | undefined } {
  const [command = '', stdinFrom] = line.split(' < ')
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
  return { argv: words.slice(1), stdinFrom: stdinFrom?.trim() }
}
