// Replaces pg's lib/crypto/utils.js with the same digests from node:crypto, without Web Crypto. It is loaded only when
// a server asks for a password.
'use strict'

const crypto = require('node:crypto')

const digest = (name, text) => crypto.createHash(name).update(text).digest()
const md5 = async (text) => digest('md5', text).toString('hex')

module.exports = {
  randomBytes: (length) => crypto.randomBytes(length),
  md5,
  postgresMd5PasswordHash: async (user, password, salt) =>
    `md5${await md5(Buffer.concat([Buffer.from(await md5(password + user)), salt]))}`,
  sha256: async (text) => digest('sha256', text),
  hashByName: async (name, text) => digest(name.replace('SHA-', 'sha'), text),
  hmacSha256: async (key, text) => crypto.createHmac('sha256', key).update(text).digest(),
  deriveKey: (password, salt, iterations) =>
    new Promise((resolve, reject) => {
      crypto.pbkdf2(password, salt, iterations, 32, 'sha256', (error, key) =>
        error ? reject(error) : resolve(key),
      )
    }),
}
