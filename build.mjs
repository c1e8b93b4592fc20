// Bundles the program: ESM, split by command, native and heavy packages left outside.
import { rename, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

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
    // What is not bundled is compiled for the machine, and is installed at the version that was tested;
    // the last is of exceljs's reader of zip files in the cloud, and is never called.
    external: ['better-sqlite3', 'better-sqlite3-node20', '@node-rs/argon2', '@aws-sdk/client-s3'],
    // Bundled CommonJS packages ask for Node's own modules with require(), and for their own file's name.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __filename = import.meta.filename; const __dirname = import.meta.dirname;",
    },
    logLevel: 'warning',
  })

  // Put in place whole, so that a program that runs meanwhile never finds half of it.
  const old = `${outdir}-old`
  await rename(`${root}${to}`, old).catch(() => undefined)
  await rename(outdir, `${root}${to}`)
  await rm(old, { recursive: true, force: true })
}
