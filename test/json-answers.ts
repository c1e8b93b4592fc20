import { tree } from '../src/cli/tree.ts'
import { answerOf, shapesOfJson } from '../src/render/json.ts'

const shapes = shapesOfJson()

interface Ended {
  exit: number
  stdout: string
  stderr: string
}

const ofProgram = ['-h', '--help', '-V', '--version']

/** Which shape the command answers in that these words run; undefined where they run none. */
export function shapeOf(argv: readonly string[]): keyof typeof shapes | undefined {
  const options = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  const [ofAll] = options.filter((word) => ofProgram.includes(word))
  if (ofAll !== undefined) return ofAll === '-V' || ofAll === '--version' ? 'version' : 'help'
  const words = new Map<string, keyof typeof shapes>(Object.entries(answerOf))
  for (const at of argv.keys()) {
    for (const length of [3, 2, 1]) {
      const shape = words.get(argv.slice(at, at + length).join(' '))
      if (shape !== undefined) return shape
    }
  }
  // A noun alone, or nothing: its help.
  const [noun, verb] = argv.filter((word) => !word.startsWith('-'))
  return verb === undefined && (noun === undefined || Object.hasOwn(tree, noun)) ? 'help' : undefined
}

/** Whether what was typed asks for a JSON document. */
export function asksForJson(argv: readonly string[]): boolean {
  const options = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  return options.includes('--json')
}

/** Everything that any command ever prints with --json is strictly of its published shape. @throws what is not */
export function checkJson(argv: readonly string[], { exit, stdout, stderr }: Ended): void {
  const said = `ssh-admin ${argv.join(' ')}`
  if (stdout === '') {
    const failure = shapes.error.safeParse(parsed(stderr, said))
    if (!failure.success) throw new Error(`${said}: no published error: ${failure.error.message}\n${stderr}`)
    if (stderr.trimEnd().includes('\n')) throw new Error(`${said}: more than one line on stderr:\n${stderr}`)
    if ([0, 8, 9].includes(exit)) throw new Error(`${said}: exit ${exit} without an answer`)
    return
  }
  if (stderr !== '') throw new Error(`${said}: an answer, and more on stderr:\n${stderr}`)
  const name = shapeOf(argv)
  if (name === 'batch') {
    checkLines(stdout, said)
    return
  }
  if (name === undefined) throw new Error(`${said}: no command of this name has a published shape`)
  const answer = shapes[name].safeParse(parsed(stdout, said))
  if (!answer.success) throw new Error(`${said}: not the shape ${name}: ${answer.error.message}`)
}

/** A batch answers in lines, each with the answer of the command that it ran. */
function checkLines(stdout: string, said: string): void {
  for (const text of stdout.trimEnd().split('\n')) {
    const line = shapes.batch.safeParse(parsed(text, said))
    if (!line.success) throw new Error(`${said}: not a line of a batch: ${line.error.message}\n${text}`)
    if (!('line' in line.data)) continue
    const { command, answer, exit } = line.data
    const words = command.split(' ').slice(1)
    if (answer !== null) checkJson(words, { exit, stdout: JSON.stringify(answer), stderr: '' })
  }
}

function parsed(text: string, said: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`${said}: no JSON document: ${text.slice(0, 300)}`)
  }
}
