import type { Context, Input } from '../context.ts'
import type { Output } from '../output.ts'
import { AnswerNotWritten, errorCodeOf } from '../errors.ts'
import { cleanForTerminal } from '../render/clean-text.ts'
import { stylesOf, withStyles } from '../render/styles.ts'
import type { View } from '../render/table.ts'
import { shortened, wrappedText } from '../render/wrap.ts'
import { Writable } from 'node:stream'

export interface Terminal {
  stdin: Input
  stderr: Output
  /** Aborted by Ctrl-C, SIGTERM or SIGHUP: nothing more is asked. */
  readonly signal: AbortSignal
  /** Somebody can be asked. */
  canAsk: boolean
  /** How long questions have stood open, in ms. */
  askedMs: number
  out: View
  err: View
  /** What draws the questions goes by the environment of the process: it is to colour as this does. */
  settleColour: () => void
  /** Progress is worth drawing. */
  animated: boolean
  /** It is said now and then in a line of its own: the terminal draws nothing anew. */
  saysNowAndThen: boolean
  /** Writes the answer; resolves when the reader has taken it, with false once they have left. */
  write: (text: string) => Promise<boolean>
  /** The same for what was written by a command within this one, and cleaned then. */
  writeCleaned: (text: string) => Promise<boolean>
  /** Says what is being done, while that holds the process up; it goes as soon as anything else is written. */
  busy: (words: string) => void
  /** Says a line of the conversation. */
  say: (line: string) => void
  /** Says what nobody may miss, however quiet the command is to be. */
  warn: (line: string) => void
}

interface TerminalOptions {
  color: boolean
  quiet: boolean
  /** The command may change something, and then has when it answers. */
  changes?: boolean
}

export function terminalOf(context: Context, { color, quiet, changes = false }: TerminalOptions): Terminal {
  const { stdout, stderr, env } = context
  const levelOf = (stream: Output) => (color ? colourLevel(stream, env) : 0)
  const view = (stream: Output): View => ({
    isTerminal: stream.isTTY === true,
    width: widthOf(stream, env),
    chalk: stylesOf(levelOf(stream)),
    now: context.now(),
  })
  const put = (text: string): Promise<boolean> =>
    new Promise((resolve, reject) => {
      clearBusy(stderr)
      if (stdout.writableEnded || stdout.destroyed) return resolve(false)
      stdout.write(text, (error) => {
        const hasReaderLeft = error && /^(EPIPE|ERR_STREAM_DESTROYED)$/.test(errorCodeOf(error))
        if (error && !hasReaderLeft) reject(new AnswerNotWritten(error, { changes }))
        else resolve(!error)
      })
    })
  const warn = (line: string) => {
    clearBusy(stderr)
    stderr.write(`${forStream(stderr, cleanForTerminal(line), env)}\n`)
  }
  const animated = stderr.isTTY === true && hasWidth(stderr) && env.TERM !== 'dumb' && !env.CI && !quiet
  return {
    get stdin() {
      return context.stdin
    },
    stderr,
    get signal() {
      return context.signal
    },
    get canAsk() {
      return stderr.isTTY === true && context.stdin.isTTY === true
    },
    askedMs: 0,
    out: view(stdout),
    err: view(stderr),
    settleColour: () => {
      clearBusy(stderr)
      if (levelOf(stderr) === 0) context.colourNothing()
      else context.colourAll()
    },
    animated,
    busy: (words) => {
      if (!animated || busy.has(stderr)) return
      busy.add(stderr)
      stderr.write(shortened(cleanForTerminal(words), widthOf(stderr, env) - 1))
    },
    saysNowAndThen: stderr.isTTY === true && env.TERM === 'dumb' && !env.CI && !quiet,
    write: (text) => put(stdout.isTTY ? cleanForTerminal(text) : withStyles(text)),
    writeCleaned: put,
    say: (line) => {
      if (!quiet) warn(line)
    },
    warn,
  }
}

/** The terminals on which a line stands that goes. */
const busy = new WeakSet<Output>()

/** Takes that line away, before anything else is written there. */
export function clearBusy(stderr: Output): void {
  if (busy.delete(stderr)) stderr.write('\r\u001b[K')
}

/** Between words, where somebody reads it at a terminal whose width is known. */
export function forStream(stream: Output, text: string, env: Context['env']): string {
  return stream.isTTY === true ? wrappedText(text, widthOf(stream, env)) : text
}

/** The same behind what stands before its first line alone: the others begin beneath the text. */
export function forStreamBehind(
  before: string,
  { stream, text, env }: { stream: Output; text: string; env: Context['env'] },
): string {
  if (stream.isTTY !== true) return `${before}${text}`
  const lines = wrappedText(text, widthOf(stream, env) - before.length)
  return `${before}${lines.replaceAll('\n', `\n${' '.repeat(before.length)}`)}`
}

/** In columns: as COLUMNS says, else as the terminal does. */
export function widthOf(stream: Output, env: Context['env']): number {
  const columns = Number(env.COLUMNS)
  if (Number.isInteger(columns) && columns > 0) return columns
  return hasWidth(stream) ? stream.columns : 80
}

/** A terminal that nobody gave a size says 0 columns: what is drawn by the width would never end. */
function hasWidth(stream: Output): stream is Output & { columns: number } {
  return stream.columns !== undefined && stream.columns > 0
}

/** Whoever wants none gets none, whatever another setting forces. */
function colourLevel(stream: Output, env: Context['env']): 0 | 1 | 2 | 3 {
  if (env.NO_COLOR) return 0
  if (env.FORCE_COLOR !== undefined) return forcedLevel(env.FORCE_COLOR)
  if (env.TERM === 'dumb' || stream.isTTY !== true) return 0
  if (env.COLORTERM === 'truecolor') return 3
  return env.TERM?.includes('256') ? 2 : 1
}

function forcedLevel(setting: string): 0 | 1 | 2 | 3 {
  if (setting === '0' || setting === 'false') return 0
  if (setting === '2') return 2
  return setting === '3' ? 3 : 1
}

const watched = new WeakSet<Output>()

/** `ssh-admin users list | head -1` is no error; any other is told by whoever was writing. */
export function endQuietlyWhenReaderLeaves(stream: Output): void {
  if (watched.has(stream)) return
  watched.add(stream)
  stream.on('error', () => undefined)
}

/** A terminal as a stream, for what moves its cursor; that is asked for where there is a terminal alone. */
export function drawable(output: Output): Writable {
  if (!(output instanceof Writable)) throw new TypeError('Only a terminal is drawn on.')
  return output
}
