const fs = require('node:fs')
const { dirname, isAbsolute, join } = require('node:path')

/** So many commands are kept; the oldest go first. Each is a megabyte or two. */
const MAX_FILES = 64
const OWN_NAME = /^[a-z-]+[.][0-9a-f]{32}[.]v[0-9.]+-[a-z0-9]+([.][0-9]+[.]new)?$/

/**
 * V8's compiled code of the program, one file for each command, version and Node, in a folder that is this user's
 * alone, or none: code from there is run unread. Node's own choice is a folder in the machine's temporary one,
 * whoever made it.
 */
exports.compiledCode = (source) => {
  const folder = cacheFolder()
  if (folder === undefined) return { kept: () => undefined, keepAtExit: () => undefined }
  const about = `${kindOfAnswer()}.${source.slice(2, 34)}.${process.version}-${process.arch}`
  const fileOf = (words) => join(folder, `${[...words, about].join('-')}`)
  const commands = commandsIn(process.argv.slice(2))
  return {
    kept: () => (isOurs(folder) ? readFirst(commands.map(fileOf)) : undefined),
    keepAtExit: (script, isCommand) =>
      process.once('exit', (code) => {
        const words = commands.find(isCommand)
        // What ended early has compiled only some of what the command needs.
        if (words && (code === 0 || code === 8) && isOurs(folder, { make: true }))
          keep(folder, { file: fileOf(words), script })
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
  return process.stdout.isTTY ? 'terminal' : 'text'
}

function isOurs(folder, { make = false } = {}) {
  try {
    if (make) fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
    return isOwn(dirname(folder), 0o022) && isOwn(folder, 0o077)
  } catch {
    return false
  }
}

function isOwn(folder, closedTo) {
  const found = fs.lstatSync(folder)
  return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & closedTo) === 0
}

function readFirst(files) {
  for (const file of files) {
    try {
      if (fs.lstatSync(file).isFile()) return whole(fs.readFileSync(file))
    } catch {
      // A shorter command, or none yet.
    }
  }
  return undefined
}

/**
 * V8 looks at the length alone, and runs what is damaged: it is kept twice. A sum would need a module of Node that takes
 * longer to load than this to compare. @returns nothing where the two differ
 */
function whole(bytes) {
  const half = bytes.length >> 1
  const code = bytes.subarray(0, half)
  return half > 0 && code.equals(bytes.subarray(half)) ? code : undefined
}

/** Whole or not at all; what cannot be kept is compiled again the next time, without a word. */
function keep(folder, { file, script }) {
  const made = `${file}.${process.pid}.new`
  try {
    const to = fs.openSync(made, 'wx', 0o600)
    const code = script.createCachedData()
    fs.writeFileSync(to, Buffer.concat([code, code]))
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
