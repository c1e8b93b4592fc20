// Bundles the program: ESM, split by command, native and heavy packages left outside.
import { rm } from 'node:fs/promises'
import { build } from 'esbuild'

const outdir = new URL('./dist/', import.meta.url).pathname
await rm(outdir, { recursive: true, force: true })
await build({
  entryPoints: { cli: 'src/main.ts' },
  absWorkingDir: new URL('.', import.meta.url).pathname,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  outdir,
  chunkNames: 'chunks/[name]-[hash]',
  sourcemap: 'linked',
  external: ['better-sqlite3', '@node-rs/argon2', 'exceljs', 'nodemailer'],
  // Bundled CommonJS packages ask for Node's own modules with require().
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  logLevel: 'warning',
})
