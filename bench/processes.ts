import { execa } from 'execa'
import type { Row } from './rows.ts'

/** A process to measure; `prepare` runs before it, outside the measurement. */
export interface Program {
  args: readonly string[]
  /** The executable; Node when absent. */
  program?: string
  prepare?: () => Promise<unknown>
  /** Additional environment variables. */
  env?: Readonly<Record<string, string>>
  /** The text of its stdin. */
  input?: string
  /** The expected exit code; 0 when absent. */
  exit?: number
}

const root = new URL('../', import.meta.url).pathname
const PROGRAM = 'bin/ssh-admin.js'

/** Arguments that run ssh-admin with Node. The environment excludes the settings of the user who runs the bench. */
export function sshAdmin(...args: string[]): string[] {
  return [PROGRAM, ...args]
}

/** Builds the program. @returns the reason when it cannot be run */
export async function build(): Promise<string | undefined> {
  try {
    await execa(process.execPath, ['build.mjs'], { cwd: root })
    await run({ args: sshAdmin('--version') })
    return undefined
  } catch (error) {
    return reason(error)
  }
}

/** Wall-clock time of one run, in ms. */
export async function run(program: Program): Promise<number> {
  await program.prepare?.()
  const { args, input, env, exit = 0, program: file } = program
  const begun = process.hrtime.bigint()
  await start(args, { input, env, exit, file })
  return Number(process.hrtime.bigint() - begun) / 1e6
}

/** Time until the first line of output, in ms; the rest is read and ignored. */
async function firstLineMs({ args }: Program): Promise<number> {
  const begun = process.hrtime.bigint()
  let first: number | undefined
  const running = execa(process.execPath, args, {
    cwd: root,
    env: environment(),
    extendEnv: false,
    buffer: false,
  })
  running.stdout.on('data', (piece: Buffer) => {
    if (first === undefined && piece.includes(10)) first = Number(process.hrtime.bigint() - begun) / 1e6
  })
  await running
  if (first === undefined) throw new Error('error: no line was printed')
  return first
}

/** Time until the first line of two programs run in turn: medians in ms, and the median of the pairs' ratios. */
export async function firstLinesInTurn(
  a: Program,
  b: Program,
  rounds: number,
): Promise<{ a: number; b: number; ratio: number }> {
  return inTurnBy(firstLineMs, { a, b, rounds })
}

/** Processor time of two short programs run in turn, with their answers written to a file. */
export async function shortInTurn(
  a: Program,
  b: Program,
  { out, rounds }: { out: string; rounds: number },
): Promise<{ a: number; b: number; ratio: number }> {
  // The first calls of a command fill its code cache.
  return inTurnBy((program) => shortCpuMs(program, out), { a, b, rounds })
}

/** The resources that one run used. */
export interface Usage {
  wallMs: number
  /** Processor time, which a busy machine changes little. */
  cpuMs: number
  /** Peak memory. */
  peakMb: number
}

export async function usage({ args, env, prepare, input, exit = 0 }: Program): Promise<Usage> {
  await prepare?.()
  const preload = new URL('report-usage.mjs', import.meta.url).href
  const begun = process.hrtime.bigint()
  const { stdio } = await start(['--import', preload, ...args], { env, input, exit })
  const wallMs = Number(process.hrtime.bigint() - begun) / 1e6
  const { peakKb, cpuMicros }: { peakKb: number; cpuMicros: number } = JSON.parse(String(stdio[3]))
  return { wallMs, cpuMs: cpuMicros / 1000, peakMb: peakKb / 1024 }
}

/** Peak memory of one run, in MB. */
export async function peakMemory(program: Program): Promise<number> {
  return (await usage(program)).peakMb
}

/**
 * Runs programs in turn, A B C A B C, after one uncounted run of each.
 * @param enough called after each round with the number of rounds; true ends the measurement
 * @returns the runs of each program, in the order of the programs
 */
export async function usageInTurn(
  programs: readonly Program[],
  enough: (rounds: number) => boolean,
): Promise<Usage[][]> {
  for (const program of programs) await usage(program)
  const runs = programs.map((): Usage[] => [])
  for (let rounds = 1; ; rounds++) {
    for (const [which, program] of programs.entries()) runs[which]?.push(await usage(program))
    if (enough(rounds)) return runs
  }
}

/** The median of the pairs' ratios. */
export function ratioOfPairs(a: readonly number[], b: readonly number[]): number {
  return median(a.map((value, pair) => value / (b[pair] ?? Number.NaN)))
}

/** Runs two programs in turn, A B A B, so that a busy minute affects both: medians in ms, and of the pairs' ratios. */
export async function inTurn(
  a: Program,
  b: Program,
  rounds: number,
): Promise<{ a: number; b: number; ratio: number }> {
  return inTurnBy(run, { a, b, rounds })
}

async function inTurnBy(
  measure: (program: Program) => Promise<number>,
  { a, b, rounds }: { a: Program; b: Program; rounds: number },
): Promise<{ a: number; b: number; ratio: number }> {
  await measure(a)
  await measure(b)
  const pairs: { a: number; b: number }[] = []
  for (let round = 0; round < rounds; round++) pairs.push({ a: await measure(a), b: await measure(b) })
  return {
    a: median(pairs.map((pair) => pair.a)),
    b: median(pairs.map((pair) => pair.b)),
    ratio: median(pairs.map((pair) => pair.a / pair.b)),
  }
}

/** This many runs are timed together, because a shell reports processor time in hundredths of a second. */
const runsCounted = 10

/** User and system time of one run in ms, averaged by a shell's `times` over several runs that write to a file. */
async function shortCpuMs({ args }: Program, out: string): Promise<number> {
  const loop = `out=$0; n=0; while [ $n -lt ${runsCounted} ]; do "$@" > "$out" || exit; n=$((n+1)); done; times`
  const { stdout } = await start(['-c', loop, out, process.execPath, ...args], { exit: 0, file: 'sh' })
  const parts = [
    ...(String(stdout)
      .trim()
      .split('\n')
      .at(-1)
      ?.matchAll(/(\d+)m([\d.]+)s/g) ?? []),
  ]
  return (
    parts.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000, 0) /
    runsCounted
  )
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}

/** A row with its figure, or with the reason why it could not be taken. */
export async function taken(about: Row, measuring: () => Promise<Partial<Row>>): Promise<Row> {
  try {
    return { ...about, ...(await measuring()) }
  } catch (error) {
    return { ...about, missing: reason(error) }
  }
}

/** The first line of a failed process's stderr that mentions an error, at most 120 characters. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const said = 'stderr' in error ? String(error.stderr).trim() : ''
  const line = said.split('\n').find((text) => /error/i.test(text)) ?? error.message.split('\n')[0] ?? ''
  return line.replaceAll(root, '').slice(0, 120)
}

async function start(
  args: readonly string[],
  {
    input,
    env,
    exit,
    file = process.execPath,
  }: { input?: string; env?: Program['env']; exit: number; file?: string },
) {
  const ended = await execa(file, args, {
    cwd: root,
    env: { ...environment(), ...env },
    extendEnv: false,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', 'pipe'],
    input,
    reject: false,
  })
  if (ended.exitCode !== exit) throw new Error(`error: ${ended.stderr || ended.message}`)
  return ended
}

function environment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env
  return { PATH, HOME, TMPDIR, NO_COLOR: '1', XDG_CONFIG_HOME: '/nowhere' }
}
