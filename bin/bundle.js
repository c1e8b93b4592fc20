const { existsSync, openSync, readSync } = require('node:fs')
const { dirname } = require('node:path')

/** Length of the bundle's first line, a comment with the digest of the rest and the position of the module list. */
const HEADER_LENGTH = 56

/**
 * The bundle: modules as functions, one after the other, and a list of their positions. Only modules that are used are
 * read. The file stays open, so that a running program never reads from a version that is installed meanwhile.
 */
exports.openBundle = (file) => {
  const bundle = opened(file)
  const header = read(bundle, [[0, HEADER_LENGTH]])
  let places
  /** @returns the first byte and the length of a module; undefined where the bundle does not hold it */
  const placeOf = (name) => {
    places ??= new Map(JSON.parse(read(bundle, [header.slice(35, 54).split(' ').map(Number)])))
    return places.get(name)
  }
  return {
    digest: header.slice(2, 34),
    has: (name) => placeOf(name) !== undefined,
    /** @returns an array expression of the modules' functions; as keys, names would each cost a hidden class */
    sourceOf: (names) => read(bundle, names.map(placeOf), '[', ']'),
  }
}

/** Runs before each command, and therefore uses nothing that would cost garbage collection time. */
function opened(file) {
  try {
    return openSync(file, 'r')
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
    sayNotBuilt(file)
    process.exit(7)
  }
}

/** A clone in which npm ci was not run, was interrupted, or ran without install scripts. */
function sayNotBuilt(file) {
  const folder = dirname(dirname(file))
  const words = `'${folder.replaceAll("'", "'\\''")}'`
  const build = existsSync(`${folder}/node_modules/esbuild`) ? 'npm run build' : 'npm ci'
  const message = `ssh-admin is not built: there is no ${file}.`
  const hint = `Build it with: (cd ${/^[\w./-]+$/.test(folder) ? folder : words} && ${build})`
  process.stderr.write(
    process.argv.includes('--json')
      ? `${JSON.stringify({ error: { code: 'not-built', message, hint, details: {} } })}\n`
      : `error: ${message}\nhint:  ${hint}\n`,
  )
}

function read(file, spans, before = '', after = '') {
  let length = before.length + after.length
  for (let next = 0; next < spans.length; next += 1) length += spans[next][1]
  const text = Buffer.allocUnsafe(length)
  let at = text.latin1Write(before, 0)
  for (let next = 0; next < spans.length; next += 1) {
    let start = spans[next][0]
    for (const end = start + spans[next][1]; start < end; ) {
      const more = readSync(file, text, at, end - start, start)
      if (more === 0) throw new Error('the program is not whole: install it again')
      start += more
      at += more
    }
  }
  text.latin1Write(after, at)
  return text.latin1Slice(0, length)
}
