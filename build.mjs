// Bundles the program: ESM, split by command, native and heavy packages left outside.
import { cp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const build = await loadBuilder()
if (!build) process.exit()

const root = fileURLToPath(new URL('.', import.meta.url))

// The bundle that is published, and one that fails where it is told to, for test/torture.
await bundle({ to: 'dist', faultPoints: false })
await bundle({ to: 'dist-with-fault-points', faultPoints: true })

async function bundle({ to, faultPoints }) {
  const outdir = `${root}.dist-${process.pid}`
  await build({
    define: { FAULT_POINTS: String(faultPoints) },
    entryPoints: { cli: 'src/main.ts' },
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    target: 'node20',
    outdir,
    chunkNames: 'chunks/[name]-[hash]',
    // What is read at every start should be short; the maps give errors their lines back.
    minify: true,
    sourcemap: 'linked',
    // What is not bundled is compiled for the machine: shipped beside the bundle, or installed at the version that was
    // tested; the last is of exceljs's reader of zip files in the cloud, and is never called.
    external: [
      'better-sqlite3',
      'better-sqlite3-node20',
      '@node-rs/argon2',
      '@aws-sdk/client-s3',
      // Other ways to PostgreSQL, which its driver looks for and does without.
      'pg-native',
      'pg-cloudflare',
    ],
    // Bundled CommonJS packages ask for Node's own modules with require(), and for their own file's name.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __filename = import.meta.filename; const __dirname = import.meta.dirname;",
    },
    logLevel: 'warning',
  })
  await shipSqlite(join(outdir, 'node_modules/better-sqlite3'))

  // Put in place whole, so that a program that runs meanwhile never finds half of it.
  const old = `${outdir}-old`
  await rename(`${root}${to}`, old).catch(() => undefined)
  await rename(outdir, `${root}${to}`)
  await rm(old, { recursive: true, force: true })
}

/** SQLite for Node 22 and later, ready-made for each machine: npm would look for a compiler before it installs it. */
async function shipSqlite(to) {
  const from = join(root, 'node_modules/better-sqlite3')
  for (const part of ['package.json', 'LICENSE', 'lib', 'prebuilds'])
    await cp(join(from, part), join(to, part), { recursive: true })
}

/** Absent where only what runs was installed (`npm ci --omit=dev`): what was built before stays. */
async function loadBuilder() {
  try {
    return (await import('esbuild')).build
  } catch (error) {
    if (process.env.npm_lifecycle_event !== 'prepare' || error.code !== 'ERR_MODULE_NOT_FOUND') throw error
    console.log('esbuild is not installed, so nothing is built.')
    return undefined
  }
}
