export const scriptingPage = `The answer is on stdout; progress, warnings and hints are on stderr. In a pipe a list is one record a line, separated by
tabs, with ISO dates, whole, without colour.

  --json                      one document on stdout (ssh-admin help json)
  --format FORMAT             of a list: table, tsv, csv, json, jsonl, ids or count
  --fields email,status       of a list: these columns, in this order
  --yes                       answer every question with yes; never more than that: rules and limits hold
  --no-input                  never ask; what would be asked is exit 2
  --dry-run                   the same checks, the same answer, the same exit code, and nothing changes
  --if-missing                of users add, centres create, coordinator add, store init: fine if it is there and equal
  --wait SECONDS              how long to wait for a busy store; 30
  -q                          nothing but the answer

Without a terminal nothing is asked: a command that would ask ends with exit 2 and names --yes. A piped y is no answer.

Where several can be named, - reads them from stdin, one a line, and all or none are done:

  ssh-admin users list --status invited --format ids |
    ssh-admin users reset-password - --yes

Repeating is harmless: suspending a suspended user is exit 0, with "changed": false.

Exit codes (ssh-admin help exit-codes) say what to do: 0 went well, 8 and 9 are done with something left to look at, 2 to 7
changed nothing, 10 is not known. In bash:

  ssh-admin centres import centres.xlsx --yes --json > answer.json
  case $? in 0) ;; 8) echo 'rows held back' ;; *) exit 1 ;; esac

At a desk where nobody acts as Cambridge staff by default, SSH_ADMIN_AS_REQUIRED=1 makes every command name its actor.`
