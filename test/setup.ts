import fc from 'fast-check'

// The gate asks everybody the same questions; elsewhere each run asks new ones.
if (process.env.CI) fc.configureGlobal({ seed: 20_261_122 })

// It names a server for the tests that are on one; the others are of stores in files, and look at what lies beside them.
delete process.env.SSH_ADMIN_TEST_DB
