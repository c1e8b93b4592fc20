const { openSync, readSync } = require('node:fs')

/** First line of the bundle: the digest of what follows, and where the list of its modules is. */
const HEADER = /^[/][*]([0-9a-f]{32}) ([0-9]{9}) ([0-9]{9})[*][/]/
const HEADER_LENGTH = 56

/**
 * The bundle: modules as functions, one after the other, and a list of where each is. What is not asked for is not read.
 * It stays open: a version that is put in its place meanwhile is not for who runs already.
 */
exports.openBundle = (file) => {
  const bundle = openSync(file, 'r')
  const [, digest, start, length] = HEADER.exec(read(bundle, [[0, HEADER_LENGTH]]))
  let places
  return {
    digest,
    /** @returns the first byte of a module, and how many there are; nothing where it is not of the bundle */
    placeOf: (name) => {
      places ??= new Map(JSON.parse(read(bundle, [[Number(start), Number(length)]])))
      return places.get(name)
    },
    /** @returns an expression of a list of the functions that are there; an object's keys would each cost it a shape */
    sourceOf: (wanted) => read(bundle, wanted, ['[', ']']),
  }
}

function read(file, places, [before, after] = ['', '']) {
  const length = places.reduce((sum, [, bytes]) => sum + bytes, before.length + after.length)
  const text = Buffer.allocUnsafe(length)
  let at = text.latin1Write(before, 0)
  for (const [start, bytes] of places) {
    for (let done = 0; done < bytes; ) {
      const more = readSync(file, text, at, bytes - done, start + done)
      if (more === 0) throw new Error('the program is not whole: install it again')
      done += more
      at += more
    }
  }
  text.latin1Write(after, at)
  return text.latin1Slice(0, length)
}
