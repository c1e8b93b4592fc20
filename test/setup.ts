import fc from 'fast-check'

// The gate asks everybody the same questions; elsewhere each run asks new ones.
if (process.env.CI) fc.configureGlobal({ seed: 20_261_122 })
