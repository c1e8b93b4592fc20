// Loaded before the program: whoever runs it is called what NAMED_OPERATOR says.
import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'

const { userInfo } = os
os.userInfo = (options) => ({ ...userInfo(options), username: process.env.NAMED_OPERATOR })
syncBuiltinESMExports()
