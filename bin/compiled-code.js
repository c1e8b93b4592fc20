const fs = require('node:fs')
const { dirname, isAbsolute, join } = require('node:path')
const { mayBeTerminal } = require('./may-be-terminal.js')

/** The most commands that are cached, at a few megabytes each; the oldest are removed first. */
const MAX_FILES = 64
/** Bytes of the two offsets at the end of a cache file: of the modules' source text and of the list of their names. */
const LENGTHS = 8
/** Bytes that are compared at a time, so that the second copy is never in memory as a whole. */
const PIECE = 65_536
const OWN_NAME = /^[a-z-]+[.][0-9a-f]{32}[.]v[0-9.]+-[a-z0-9]+([.][0-9]+[.]new)?$/

/**
 * Caches the modules that a command used and V8's compiled code of them: one file for each command, version and Node,
 * in a folder that only this user can write to, or nowhere, because V8 runs cached code without checking it. Node's own
 * compile cache uses a folder in the machine's temporary one, whoever created it.
 */
exports.compiledCode = (digest) => {
  const folder = cacheFolder()
  if (folder === undefined) return { kept: () => undefined, keepAtExit: () => undefined }
  const about = `${kindOfAnswer()}.${digest}.${process.version}-${process.arch}`
  const fileOf = (words) => join(folder, `${[...words, about].join('-')}`)
  const commands = commandsIn(process.argv.slice(2))
  return {
    /** @returns the module names, and from a command's second run on their source text and compiled code too */
    kept: () => (isOurs(folder) ? readFirst(commands.map(fileOf)) : undefined),
    /** @param found called when the command ends; returns what to cache, or nothing where the cache is current */
    keepAtExit: (isCommand, found) =>
      process.once('exit', (code) => {
        // A command that ended early has loaded only some of the modules that it needs.
        if (code !== 0 && code !== 8) return
        const changed = found()
        const words = changed && commands.find(isCommand)
        if (words && isOurs(folder, { make: true })) keep(folder, { file: fileOf(words), ...changed })
      }),
  }
}

/** A folder for the compiled code alone; undefined where neither XDG_CACHE_HOME nor HOME names an existing folder. */
function cacheFolder() {
  const { XDG_CACHE_HOME: caches, HOME: home } = process.env
  if (caches && isAbsolute(caches)) return fs.existsSync(caches) ? join(caches, 'ssh-admin/code') : undefined
  return home && isAbsolute(home) && fs.existsSync(home) ? join(home, '.cache/ssh-admin/code') : undefined
}

/** The words that may be the command, longest first. Later words may be about a person, and stay out of file names. */
function commandsIn(argv) {
  const end = argv.findIndex((word) => !/^[a-z][a-z-]*$/.test(word))
  const words = argv.slice(0, Math.min(3, end === -1 ? argv.length : end))
  return [words, ...words.map((_, n) => words.slice(0, words.length - 1 - n))]
}

/** Help, text for a terminal, text for a pipe and JSON need different code, so each has a cache file. */
function kindOfAnswer() {
  if (process.argv.includes('--help') || process.argv.includes('-h')) return 'help'
  if (process.argv.includes('--json')) return 'json'
  return mayBeTerminal() ? 'terminal' : 'text'
}

function isOurs(folder, { make = false } = {}) {
  try {
    if (make) makeFolder(folder)
    return isOwn(dirname(folder), 0o022) && isOwn(folder, 0o077)
  } catch {
    return false
  }
}

/** Node's recursive mkdir loops for ever where no folder can be made, as in /proc. */
function makeFolder(folder) {
  try {
    fs.mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if (error.code === 'EEXIST') return
    if (error.code !== 'ENOENT' || fs.existsSync(dirname(folder))) throw error
    makeFolder(dirname(folder))
    makeFolder(folder)
  }
}

function isOwn(folder, closedTo) {
  const found = fs.lstatSync(folder)
  return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & closedTo) === 0
}

function readFirst(files) {
  for (const file of files) {
    try {
      if (fs.lstatSync(file).isFile()) return contentOf(readWhole(file))
    } catch {
      // There is no cached code for this command; try the shorter one.
    }
  }
  return undefined
}

/** @returns undefined where the file is damaged */
function contentOf(bytes) {
  if (bytes === undefined) return undefined
  const end = bytes.length - LENGTHS
  const [sourceAt, namesAt] = [bytes.readUInt32LE(end), bytes.readUInt32LE(end + 4)]
  const names = JSON.parse(bytes.latin1Slice(namesAt, end))
  if (sourceAt === 0) return { names }
  return { names, source: bytes.latin1Slice(sourceAt, namesAt), code: bytes.subarray(0, sourceAt) }
}

/**
 * Reads a cache file, which holds its content twice: V8 checks only the length of compiled code, and would run damaged
 * code. A checksum would need a module of Node that takes longer to load than the comparison.
 * @returns undefined where the two copies differ
 */
function readWhole(file) {
  const from = fs.openSync(file, 'r')
  try {
    const half = fs.fstatSync(from).size >> 1
    const bytes = Buffer.allocUnsafeSlow(half)
    if (half <= LENGTHS || fs.readSync(from, bytes, 0, half, 0) < half) return undefined
    const again = Buffer.allocUnsafeSlow(PIECE)
    for (let at = 0; at < half; at += PIECE) {
      const length = Math.min(PIECE, half - at)
      if (fs.readSync(from, again, 0, length, half + at) < length) return undefined
      if (again.compare(bytes, at, at + length, 0, length) !== 0) return undefined
    }
    return bytes
  } finally {
    fs.closeSync(from)
  }
}

/** Writes atomically. A failure is ignored: the next run compiles the code again. */
function keep(folder, { file, names, source = '', code = Buffer.alloc(0) }) {
  const made = `${file}.${process.pid}.new`
  const lengths = Buffer.alloc(LENGTHS)
  lengths.writeUInt32LE(code.length)
  lengths.writeUInt32LE(code.length + source.length, 4)
  const list = JSON.stringify(names)
  const bytes = Buffer.concat([code, Buffer.from(source, 'latin1'), Buffer.from(list, 'latin1'), lengths])
  try {
    const to = fs.openSync(made, 'wx', 0o600)
    fs.writeFileSync(to, Buffer.concat([bytes, bytes]))
    fs.fsyncSync(to)
    fs.closeSync(to)
    fs.renameSync(made, file)
    removeOldest(folder)
  } catch {
    removeQuietly(made)
  }
}

/** Removes files of this cache only; anything else in the folder stays. */
function removeOldest(folder) {
  const files = fs.readdirSync(folder).filter((name) => OWN_NAME.test(name))
  const byAge = files
    .map((name) => join(folder, name))
    .map((file) => ({ file, at: fs.lstatSync(file).mtimeMs }))
    .sort((a, b) => b.at - a.at)
  for (const { file } of byAge.slice(MAX_FILES)) removeQuietly(file)
}

function removeQuietly(file) {
  try {
    fs.unlinkSync(file)
  } catch {
    // The file is gone already, or it stays and does no harm.
  }
}
