// In place of pg's lib/stream.js, which first finds out whether it runs on another platform's servers: on Node 20 that
// loads all of Node's fetch.
'use strict'

module.exports = {
  getStream: () => {
    const { Socket } = require('node:net')
    return new Socket()
  },
  getSecureStream: (options) => require('node:tls').connect(options),
}
