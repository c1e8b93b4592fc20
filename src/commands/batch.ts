import { Usage } from '../errors.ts'
import { streamingCommand } from '../cli/define.ts'
import { flag } from '../cli/parameters.ts'

export const batch = () =>
  streamingCommand({
    name: 'batch',
    summary: 'run many commands, one a line, in one go',
    description:
      'Run the commands that stand on stdin, one a line, each as it would run by itself, in one process. A line holds words as a shell would read them (quotes and backslashes; no variables, no pipes), or JSON: a list of words, or {"command", "args", "options"}. Empty lines and those that begin with # are left out. All lines are looked at before the first is run. --dry-run, --yes, --as and --json hold for every line.',
    options: {
      atomic: flag('all lines or none: one change, saved at the end'),
      keepGoing: flag('go on after a line that is refused'),
    },
    notes: `
Each line has one result. A pipe gets its number, its exit code and what it says, separated by TABs; with --json
{"line", "command", "exit", "answer", "error"}, and at the end one document that counts. The first line that is
refused ends the batch, and those after it are not run. Where nothing was changed the exit code is that of this
line; where earlier lines were done it is 9. Messages go out once, when the lines are done.
`,
    examples: [
      'ssh-admin batch --yes < changes.txt',
      'ssh-admin batch --atomic --yes < changes.txt',
      'ssh-admin batch --dry-run --json < changes.txt',
    ],
    stream: async ({ atomic, keepGoing }, session) => {
      if (atomic && keepGoing) {
        throw new Usage('--atomic saves all lines or none, and --keep-going some of them.', {
          code: 'invalid-option',
          hint: 'Leave one of them out.',
        })
      }
      const { runBatch } = await import('../cli/batch/batch.ts')
      return runBatch({ atomic, keepGoing }, session)
    },
  })
