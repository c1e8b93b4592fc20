const fs = require('node:fs')
const { dirname, isAbsolute, join } = require('node:path')

/** So many commands are kept; the oldest go first. Each is a few megabytes. */
const MAX_FILES = 64
/** Bytes of the numbers that say where the modules' text begins, and the list of their names. */
const LENGTHS = 8
/** Bytes that are compared at once: what is read twice needs no room twice. */
const PIECE = 65_536
const OWN_NAME = /^[a-z-]+[.][0-9a-f]{32}[.]v[0-9.]+-[a-z0-9]+([.][0-9]+[.]new)?$/

/**
 * The modules that a command asked for before, and V8's compiled code of them: one file for each command, version and
 * Node, in a folder that is this user's alone, or none: code from there is run unread. Node's own choice is a folder in
 * the machine's temporary one, whoever made it.
 */
exports.compiledCode = (digest) => {
  const folder = cacheFolder()
  if (folder === undefined) return { kept: () => undefined, keepAtExit: () => undefined }
  const about = `${kindOfAnswer()}.${digest}.${process.version}-${process.arch}`
  const fileOf = (words) => join(folder, `${[...words, about].join('-')}`)
  const commands = commandsIn(process.argv.slice(2))
  return {
    /** @returns the names of the modules, and their text and code where they were asked for twice */
    kept: () => (isOurs(folder) ? readFirst(commands.map(fileOf)) : undefined),
    /** @param found what is to be kept, asked for when the command ends; nothing where what is kept holds */
    keepAtExit: (isCommand, found) =>
      process.once('exit', (code) => {
        // What ended early has asked for only some of what the command needs.
        if (code !== 0 && code !== 8) return
        const changed = found()
        const words = changed && commands.find(isCommand)
        if (words && isOurs(folder, { make: true })) keep(folder, { file: fileOf(words), ...changed })
      }),
  }
}

/** A folder for nothing else, whatever else the settings put beside it; none where nobody says where, or there is no home. */
function cacheFolder() {
  const { XDG_CACHE_HOME: caches, HOME: home } = process.env
  if (caches && isAbsolute(caches)) return fs.existsSync(caches) ? join(caches, 'ssh-admin/code') : undefined
  return home && isAbsolute(home) && fs.existsSync(home) ? join(home, '.cache/ssh-admin/code') : undefined
}

/** What the command may be, the longer first: the words that come after it may be about a person, and are kept nowhere. */
function commandsIn(argv) {
  const end = argv.findIndex((word) => !/^[a-z][a-z-]*$/.test(word))
  const words = argv.slice(0, Math.min(3, end === -1 ? argv.length : end))
  return [words, ...words.map((_, n) => words.slice(0, words.length - 1 - n))]
}

/** Help, text for a terminal, and JSON need different code. */
function kindOfAnswer() {
  if (process.argv.includes('--help') || process.argv.includes('-h')) return 'help'
  if (process.argv.includes('--json')) return 'json'
  return isDevice(1) ? 'terminal' : 'text'
}

/** Node would say whether it is a terminal, and load its network code for it. */
function isDevice(descriptor) {
  try {
    return fs.fstatSync(descriptor).isCharacterDevice()
  } catch {
    return false
  }
}

function isOurs(folder, { make = false } = {}) {
  try {
    if (make) makeFolder(folder)
    return isOwn(dirname(folder), 0o022) && isOwn(folder, 0o077)
  } catch {
    return false
  }
}

/** Node's own way to make the folders above goes on for ever in one where nothing can be made, as in /proc. */
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
      // A shorter command, or none yet.
    }
  }
  return undefined
}

/** @returns nothing where it is damaged */
function contentOf(bytes) {
  if (bytes === undefined) return undefined
  const end = bytes.length - LENGTHS
  const [sourceAt, namesAt] = [bytes.readUInt32LE(end), bytes.readUInt32LE(end + 4)]
  const names = JSON.parse(bytes.latin1Slice(namesAt, end))
  if (sourceAt === 0) return { names }
  return { names, source: bytes.latin1Slice(sourceAt, namesAt), code: bytes.subarray(0, sourceAt) }
}

/**
 * V8 looks at the length alone, and runs what is damaged: it is kept twice. A sum would need a module of Node that takes
 * longer to load than this to compare. @returns nothing where the two differ
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

/** Whole or not at all; what cannot be kept is made again the next time, without a word. */
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

/** Its own files alone: whatever else lies there stays. */
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
    // It is gone, or stays where nobody misses it.
  }
}
