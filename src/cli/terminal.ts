import type { Context, Input } from '../context.ts'
import type { Output } from '../output.ts'
import { AnswerNotWritten, errorCodeOf } from '../errors.ts'
import { cleanForTerminal } from '../render/clean-text.ts'
import { stylesOf, withStyles } from '../render/styles.ts'
import type { View } from '../render/table.ts'
import { truncate, wrapText } from '../render/wrap.ts'
import { Writable } from 'node:stream'

export interface Terminal {
  stdin: Input
  stderr: Output
  /** Aborted by Ctrl-C, SIGTERM or SIGHUP: no further question is asked. */
  readonly signal: AbortSignal
  /** Whether somebody can be asked: stdin and stderr are terminals. */
  canAsk: boolean
  /** Milliseconds for which questions were open. */
  askedMs: number
  out: View
  err: View
  /** Makes the prompt library colour as this terminal does: the library reads the process's environment. */
  setPromptColour: () => void
  /** Whether progress is drawn. */
  animated: boolean
  /** Whether progress is printed now and then on a new line, because the terminal cannot redraw a line. */
  printsProgressLines: boolean
  /** Writes the answer; resolves once the reader has taken the text, with false once the reader has left. */
  write: (text: string) => Promise<boolean>
  /** Like `write`, for text that a line of a batch wrote and cleaned already. */
  writeCleaned: (text: string) => Promise<boolean>
  /** Shows a progress message while work blocks the process; the next output removes the message. */
  busy: (words: string) => void
  /** Writes a line to stderr, unless the command is quiet. */
  say: (line: string) => void
  /** Writes a line that must not be missed to stderr, even where the command is quiet. */
  warn: (line: string) => void
}

interface TerminalOptions {
  color: boolean
  quiet: boolean
  /** Adds the typed settings to the commands that a line suggests; absent: none was typed. */
  completeLines?: (text: string) => string
  /** The command changes something: where the answer cannot be written, the change has been made already. */
  changes?: boolean
}

export function terminalOf(
  context: Context,
  { color, quiet, completeLines = (text) => text, changes = false }: TerminalOptions,
): Terminal {
  const { stdout, stderr, env } = context
  const levelOf = (stream: Output) => (color ? colourLevel(stream, env) : 0)
  const view = (stream: Output): View => ({
    isTerminal: stream.isTTY === true,
    width: widthOf(stream, env),
    chalk: stylesOf(levelOf(stream)),
    now: context.now(),
  })
  const writeStdout = (text: string): Promise<boolean> =>
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
    stderr.write(`${wrapForStream(stderr, cleanForTerminal(completeLines(line)), env)}\n`)
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
    setPromptColour: () => {
      clearBusy(stderr)
      if (levelOf(stderr) === 0) context.disableColours()
      else context.enableColours()
    },
    animated,
    busy: (words) => {
      if (!animated || busyTerminals.has(stderr)) return
      busyTerminals.add(stderr)
      stderr.write(truncate(cleanForTerminal(words), widthOf(stderr, env) - 1))
    },
    printsProgressLines: stderr.isTTY === true && env.TERM === 'dumb' && !env.CI && !quiet,
    write: (text) => writeStdout(stdout.isTTY ? cleanForTerminal(text) : withStyles(text)),
    writeCleaned: writeStdout,
    say: (line) => {
      if (!quiet) warn(line)
    },
    warn,
  }
}

/** Terminals that show a progress message of `busy`. */
const busyTerminals = new WeakSet<Output>()

/** Removes the progress message before other output. */
export function clearBusy(stderr: Output): void {
  if (busyTerminals.delete(stderr)) stderr.write('\r\u001b[K')
}

/** Wraps between words at a terminal; elsewhere the text stays as it is. */
export function wrapForStream(stream: Output, text: string, env: Context['env']): string {
  return stream.isTTY === true ? wrapText(text, widthOf(stream, env)) : text
}

/** Like wrapForStream, behind a prefix of the first line; the other lines are indented to begin beneath the text. */
export function wrapBehindPrefix(
  prefix: string,
  { stream, text, env }: { stream: Output; text: string; env: Context['env'] },
): string {
  if (stream.isTTY !== true) return `${prefix}${text}`
  const lines = wrapText(text, widthOf(stream, env) - prefix.length)
  return `${prefix}${lines.replaceAll('\n', `\n${' '.repeat(prefix.length)}`)}`
}

/** In columns: COLUMNS, or the terminal's width, or 80. */
export function widthOf(stream: Output, env: Context['env']): number {
  const columns = Number(env.COLUMNS)
  if (Number.isInteger(columns) && columns > 0) return columns
  return hasWidth(stream) ? stream.columns : 80
}

/** A terminal whose size was never set reports 0 columns, for which drawing would not terminate. */
function hasWidth(stream: Output): stream is Output & { columns: number } {
  return stream.columns !== undefined && stream.columns > 0
}

/** NO_COLOR takes precedence over FORCE_COLOR. */
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

const withErrorListener = new WeakSet<Output>()

/** A reader that leaves, as in `ssh-admin users list | head -1`, is no error; `write` reports all other errors. */
export function ignoreBrokenPipe(stream: Output): void {
  if (withErrorListener.has(stream)) return
  withErrorListener.add(stream)
  stream.on('error', () => undefined)
}

/** The output as a Node stream, for libraries that move the cursor; called only where the output is a terminal. */
export function asWritable(output: Output): Writable {
  if (!(output instanceof Writable)) throw new TypeError('Only a terminal is drawn on.')
  return output
}
