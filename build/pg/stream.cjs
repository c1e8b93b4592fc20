// Replaces pg's lib/stream.js, which first detects whether it runs on Cloudflare Workers: on Node 20 the detection
// loads all of Node's fetch.
'use strict'

module.exports = {
  getStream: () => {
    const { Socket } = require('node:net')
    return new Socket()
  },
  getSecureStream: (options) => require('node:tls').connect(options),
}
