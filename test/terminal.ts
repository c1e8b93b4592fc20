import { spawn } from '@lydell/node-pty'
import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { run } from '../src/cli/run.ts'
import { builtProgram } from './built-program.ts'
import { contextIn, newScreen, settingsOf, type Typing, type World } from './world.ts'

const keys = {
  enter: '\r',
  space: ' ',
  down: '\x1b[B',
  up: '\x1b[A',
  'ctrl-c': '\x03',
  'ctrl-d': '\x04',
  'ctrl-z': '\x1a',
} as const

/** The real program in a real pseudo-terminal, and somebody who types at it. */
export interface Typist {
  /** Waits until this has appeared, after what was waited for before. */
  sees: (text: string | RegExp) => Promise<void>
  types: (text: string) => void
  presses: (...pressed: (keyof typeof keys)[]) => void
  /** Waits for the end of the program. */
  leaves: () => Promise<Ended>
}

interface Ended {
  exit: number
  /** Everything that appeared, without the control sequences. */
  text: string
  /** Everything that appeared, as the terminal got it. */
  raw: string
}

/** Runs a command at a terminal. @param world whose store it uses */
export function atTerminal(world: World, argv: readonly string[]): Typist {
  const { PATH = '' } = process.env
  const env = { PATH, ...settingsOf(world), TERM: 'xterm-256color', TZ: 'UTC' }
  return typistAt(
    spawn(process.execPath, [builtProgram(), ...argv], { cols: 100, rows: 40, cwd: world.folder, env }),
  )
}

interface AtScreen extends Omit<Typing, 'stdin' | 'terminal'> {
  columns?: number
}

/** What a terminal shows and takes; node-pty's is one. */
interface Running {
  onData: (listener: (shown: string) => void) => unknown
  onExit: (listener: (ended: { exitCode: number }) => void) => unknown
  write: (typed: string) => void
  kill: () => void
}

/**
 * The source in this process, with streams that say they are a terminal: everything is asked and drawn as at a
 * real one, in a hundredth of the time.
 */
export function inProcess(
  world: World,
  argv: readonly string[],
  { columns = 100, ...typing }: AtScreen = {},
): Typist {
  const stdin = Object.assign(new PassThrough(), { isTTY: true })
  const screen = newScreen(columns)
  const context = contextIn(world, { ...typing, stdin, stdout: screen, stderr: screen })
  const ended = world
    .ready()
    .then(() => run(argv, { ...context, env: { TERM: 'xterm-256color', ...context.env } }))
  return typistAt({
    onData: (listener) => screen.on('data', (shown: Buffer) => listener(shown.toString('utf8'))),
    onExit: (listener) =>
      void ended.then(
        (exitCode) => listener({ exitCode }),
        () => listener({ exitCode: -1 }),
      ),
    write: (typed) => void stdin.write(typed),
    kill: () => context.interruption.handleSignal(),
  })
}

/** The same for any program in a pseudo-terminal. */
export function typistAt(running: Running): Typist {
  let raw = ''
  let seen = 0
  let exit: number | undefined
  const wakened = new Set<() => void>()
  const wake = () => {
    for (const listener of wakened) listener()
  }
  running.onData((piece) => {
    raw += piece
    wake()
  })
  running.onExit(({ exitCode }) => {
    exit = exitCode
    wake()
  })

  const until = (what: string, isSo: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      const give = (settle: () => void) => {
        clearTimeout(patience)
        wakened.delete(look)
        settle()
      }
      const look = () => {
        if (isSo()) give(resolve)
        else if (exit !== undefined) give(() => reject(new Error(`it ended before ${what}:\n${plain(raw)}`)))
      }
      const patience = setTimeout(() => {
        running.kill()
        give(() => reject(new Error(`waited in vain for ${what}:\n${plain(raw)}`)))
      }, 120_000)
      wakened.add(look)
      look()
    })

  return {
    sees: (text) =>
      until(String(text), () => {
        const rest = plain(raw).slice(seen)
        const found = typeof text === 'string' ? rest.indexOf(text) : rest.search(text)
        if (found < 0) return false
        seen += found + (typeof text === 'string' ? text.length : 1)
        return true
      }),
    types: (text) => running.write(text),
    presses: (...pressed) => {
      for (const key of pressed) running.write(keys[key])
    },
    leaves: async () => {
      await until('the end', () => exit !== undefined)
      // What was written last may still be on its way.
      await new Promise((resolve) => setTimeout(resolve, 50))
      return { exit: exit ?? -1, text: plain(raw), raw }
    },
  }
}

function plain(raw: string): string {
  return stripVTControlCharacters(raw).replaceAll('\r', '')
}
