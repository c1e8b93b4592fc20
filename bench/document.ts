import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import { grouped } from '../src/grouped.ts'
import { type Row, verdict, wanted } from './rows.ts'

const figures = new URL('figures.json', import.meta.url)
const document = new URL('../docs/benchmarks.md', import.meta.url)
const picture = new URL('../docs/benchmarks.svg', import.meta.url)

/** The figures of one part, on one Node. */
interface Part {
  part: string
  node: string
  processors: number
  /** How many processes wanted a processor when it ended. */
  load: number
  rounds: number
  on: string
  rows: readonly Row[]
}

/** Puts the figures of a part in place of those taken before on the same line of Node. */
export async function keepFigures(taken: Pick<Part, 'part' | 'rows' | 'rounds'>): Promise<void> {
  const [load = 0] = loadavg()
  const now: Part = {
    ...taken,
    node: process.versions.node,
    processors: cpus().length,
    load: Math.round(load),
    on: new Date().toISOString().slice(0, 10),
  }
  const others = (await partsTaken()).filter((part) => keyOf(part) !== keyOf(now))
  const parts = [...others, now].sort((one, other) => keyOf(one).localeCompare(keyOf(other)))
  await writeFile(figures, `${JSON.stringify(parts, undefined, 2)}\n`)
}

function keyOf({ part, node }: Part): string {
  return `${part} ${node.split('.')[0]}`
}

async function partsTaken(): Promise<Part[]> {
  return existsSync(figures) ? JSON.parse(await readFile(figures, 'utf8')) : []
}

/** Writes `docs/benchmarks.md` and the picture in it, both of the figures alone. */
export async function writeDocument(): Promise<void> {
  const parts = await partsTaken()
  await writeFile(picture, pictureOf(parts))
  await writeFile(document, textOf(parts))
}

function textOf(parts: readonly Part[]): string {
  return `# Benchmarks

Written by \`npm run bench\`, which needs no network, from \`bench/figures.json\`; \`npm run bench -- start\` takes one part
anew. Whole processes in turn, medians of pairs; starts in processor time, ten runs at once, the answer written to a file
(a shell's pipe is the same; a terminal costs what Node's own streams do). What is called large is run once, but for look-ups.

${parts.map(tableOf).join('\n')}
![Each figure beside its goal](benchmarks.svg)

${goalsNotReached(parts)}
The bare import (\`bench/bare-import.mjs\`) has no rule in it: it inflates, scans, inserts with prepared statements and
writes the PIN sheet by hand. On a server it fills the tables of a store that was begun there before, with all their
indexes, references and checks, from one staging table. The bare list prints what one query finds, the bare writer puts it
into a workbook, and the loop of transactions writes the rows that a suspension writes. The peers (\`bench/peers/\`) do
what the bare import does, with the libraries that most programs take.

## Tried, and what came of it

- The first number with its digits grouped by Node's \`toLocaleString\` took 10 ms: all languages that it knows are looked
  through. By hand it takes nothing. The first time zone of \`Intl\` costs as much, and Temporal asks \`Intl\`.
- \`releases authorisations --centre\` took twice what \`users show\` takes, and then 1.65 times (72 ms of processor time
  became 61, in pairs on a busy machine): schemas that one option of another command asked for were loaded and built, and
  Temporal wrote 200 local times, which Node's own clock of the zone writes in a fifth of a millisecond. A larger young
  generation of the heap won nothing. Time zones kept from one run to the next would have been a second place that says when
  something opens: not taken. Node's \`Date\`, told its zone by \`TZ\`, knows the same clocks in a fiftieth of a millisecond: it was
  left first, because it takes UTC for a zone that it does not know, without a word, and is asked now, since such a zone can be
  told from others (\`docs/decisions/clocks-asked-of-date.md\`): 81 ms became 62 on Node 20 and 85 became 67 on Node 24, where
  \`users show\` took 45 and 50 (30 rounds in turn). Temporal is not in the program any more.
- Of what it takes beyond \`users show\` since then, seen phase by phase by Node's own count of processor time: what is made of 200 releases 10 ms
  (the time zones of a country with twelve 5 of them), their queries 4, the centre and the facts 1 each. The package of countries and
  zones went through all of the world's for one country, and each zone was asked with TZ set four times: a list of each
  country's zones, which a test holds against the package, TZ set twice, and Date's own offset in whole minutes; the centre is looked at
  without being looked up first. What it takes beyond \`users show\` became 11.5 ms where it was 16.7 (25 rounds in turn on a busy machine, Node 20).
  A file of its own for the command would win nothing: the bundle loads a file when one of its functions is called, and of the other commands of
  releases none is. The collector takes 2 ms of the rest.
- \`status\` counts in indexes: two and a half times what it took for 100,000 users came from reading all of their rows.
- \`batch\` prepared each statement on each line: a tenth of its processor time. Where a state such as 'deleted' was bound
  to a statement, SQLite planned it anew for each value, because an index holds only rows of some states: it stands in the
  statement now, as it does for every command. The commands of lines are put together once, the end of the log is read
  once in a change, and one target alone needs no savepoint: a quarter of the processor time in all (6.8 s of 3,000 lines
  became 5.1, in pairs on a busy machine; on a quiet one, 10,000 lines took 19 s by the clock
  in place of 19.8, while the bare loop, whose disk was quicker that night, gained more).
- After each change the file with the head of the log was emptied and written, which ext4 writes out when it is closed:
  it is written over. Noted once in a while, whoever cuts the log of a batch that waits would go unseen, and a store that was
  restored meanwhile would be blamed. Left. The note of who holds the store takes a disk nothing that could be measured.
- Then a third of the processor time of a batch again (3,000 lines took 5.0 s and take 3.4, in pairs of runs on a busy
  machine; by the clock on a quiet one 10,000 took 19 s and take 13.9): a limit that is bound has SQLite plan the statement anew as a state has,
  and stands in it; each line is parsed once, and what it was is run, where it was parsed to be looked at and once more to
  be run (270 bytes a line); what a line says is collected without Node's streams; and what changes ask again and again
  (where the log ends, the user, the rows of the log, the voiding of links and PINs) is built and compiled by kysely once
  for a connection, and run with other values: a quarter of what it took then. A start is as quick with it as without.
- Of the 12.1 s that 10,000 lines took then (the bare loop 2.9 in the same minute), some 5 were this program's own thread and 7.7 the disk,
  at which the bare loop waited 2.5 s. Both synced once a change. A virtual disk that is asked for the next sync at once
  answers in 0.1 ms, after 0.7 ms of rest in 0.3 and after 1.5 ms in 0.6, with \`fsync\` and \`fdatasync\` alike and by a
  program of ten lines too; the notes beside the store cost nothing that could be measured. Changes that follow one another are saved
  together since, every 20 ms, and told of afterwards: 4.9 s of processor time where it was 11.3, 4,000 waits where there were
  34,000, the same answers (\`docs/decisions/batch-saves-together.md\`); on a busy disk, 10 s by the clock where
  it was 92, beside 41 to 44 of the bare loop. Whoever waits for the store beside a batch waits less
  than before it: the longest of some hundred waits were 1.2 and 1.5 s, where they were 4.3 and 4.6.
- The first line of \`centres list\` came 35 ms after that of \`users list\`, with the users counted or not; 20 of them went into
  the codes and words by which countries are read. What is only shown loads their names alone.
- One file of functions with V8's compiled code in place of 64 ES modules: \`users show\` in three fifths of the time
  (Node 20). A snapshot was no faster; Node's own cache keeps each file apart, and is slower.
- Reading only the modules that a command needs, a fifth of the file: a tenth of \`users show\`. A list of functions in
  place of an object by name: each key cost a shape of the object.
- A short answer without Node's streams: 4 to 6 ms, a fifth of the bare start on Node 24, a twentieth on Node 20.
- An import of part of a roster lets the store look for the centres that its rows may mean, where it read all of them:
  10,000 rows into a million centres took 11.4 s and 945 MB, then 3.7 s. The store read a million names and numbers, which
  have indexes now (0.7 s; an import of 100,000 rows takes a fortieth more for them), and of the domains of a million
  addresses, compared where the workbook has a domain in another script, each was made a text (0.8 s): 2.25 s and 165 MB,
  against 1.6 s into an empty store, in two to four pairs on a busy machine. What is left: the store reads a million
  addresses out (0.26 s), and each row finds its place in larger indexes.
- An import spends its time on many small things, none of which buys a tenth, each measured in two to five pairs on a busy machine:
  what is the same in all rows in the statement and not bound (2 %), fewer passes and no sets while planning (2 %), a
  larger cache of SQLite's (none), several rows a statement (none), a larger young heap, and the collector in one thread (none).
- Why 1.8 is not reached, of 5.8 s of processor time for 100,000 rows where the bare program takes 2.3 (sampled on Node 20
  on a busy machine, in seconds, the bare program's in brackets): the workbook unpacked and scanned 1.0 (0.4), its rows judged 0.6
  (none), the plan 0.3 (none), rows made for the store 0.5 (0.05), SQLite 1.7 (1.0), the digest of what was made 0.2 (none),
  PINs and their sheet 0.6 (0.6), the collector, the start and V8's other threads some 0.8 (0.3). SQLite's part taken by
  itself: of 1.22 s, 0.48 are indexes (0.18 those for names and for numbers that are nearly another, 0.1 that of addresses),
  0.11 checks, 0.08 references, 0.07 numbers that are never given again. 1.8 leaves 1.8 s beyond the bare program, and what
  SQLite promises and the judging of rows take 1.3 of them.
- Search keys put together letter by letter, and not by an expression that calls back for each letter beyond ASCII, which most
  rows of that workbook have: half the time by themselves, none in an import (three pairs), where the pieces are joined later. Texts
  of every script told clean by one expression, not by six: the same.
  The digest of what was made from sorted rows in place of a sorted list: 0.03 s; left.
- A heap that grows slowly from 150,000 rows on: 877 MB became 753 for 500,000 rows, in no more time. What of it was alive was
  measured phase by phase: when all were read, 126 MB of the workbook's shared texts and 107 of rows; when all were
  planned, 405, of which places, people and centres of the plan were 190; the rest is what the collector had not
  taken yet. The rows are packed since, column by column, their texts as bytes outside the heap but for the first 100,000
  of each column, the shared texts of a workbook too, and a plan is a list of positions whose centres and people are made when they are
  asked for: 605 MB became 380 to 426, by when the collector comes; the heap has at most 170 of them. An import of 100,000 takes a fortieth more processor time
  for it in three pairs on a busy machine (5.64 s became 5.78), and 200 to 250 MB in place of 260. A million rows into a server
  took 612 MB, where they took 1,366: rows go there as they are made, and the server sets the pace. What is left of them is the
  file itself and the shared texts while the sheet is read (547 MB), and what numbers and addresses are looked for by while it
  is planned.
- All texts packed, the first of each column too: 15 MB less for 100,000 rows, and a fiftieth more processor time, no more than a
  busy machine adds by itself; left.
- The domains of a workbook that may read as another were slices of one text of all its addresses, which they kept
  alive: 4 MB for 100,000 rows.
- A module for each file of the program and of kysely, loaded when one of its functions is first called: a third less to
  load and two fifths less compiled code; with no \`path.resolve\` for each module, which V8 found worth its best
  compiler, 5 of the 25 ms that \`users show\` took over a bare start on Node 20, 3 on Node 24.
- One message put together without a mail library and a template language: a third of \`users reset-password\`. Encoding
  it by its bytes brought V8's best compiler in again, for a tenth; by one expression it does not.
- SQLite's binary was found by Node's \`createRequire\`, which brings its loaders of ES modules and of source maps, and loaded
  anew for each of the two databases that a command opens on Node 20; the text of the modules was read from the bundle in
  seventy pieces; the words that people bring were read where the program's own were typed. By its path and once, the text
  beside its compiled code, and words where they are needed: \`users show\` takes 1.2 ms less of the 19.1 over a bare start,
  \`users reset-password\` 1.4 (150 pairs on a busy machine, Node 20). What is kept for a command is 1.8 MB, where it was 1.1.
- Where the time of \`users show\` goes, of some 21 ms over a bare start on Node 20 (the quickest of 60 runs each): the
  loader's own files and the list of modules 2.4 ms, the kept code read and compared 0.7, the source read 0.7, V8's
  taking it over 1.8, the modules' first lines 0.5; signals and surroundings 0.7; the command and its options 1.4; settings
  0.8; colours 0.6; SQLite and the store opened 3.6; the time, the user, and what they hold, each the first of its kind
  2.9; the words 0.3; the answer written, while V8 collects, 1.6. The rest is V8's other threads, which collect and compile
  (4 ms, seen on Node 24), and the end of the process, which gives back more memory.
- No library of colours where nothing is coloured, and no expression for an address or for invisible letters where a path
  begins with a slash or an address is plain: 2 ms of \`users show\`, near a tenth of what it took over a
  bare start; a file written with Node's callbacks and not its promises of files: 1.5 ms more of \`users reset-password\`.
- What \`users reset-password\` takes beyond \`users show\`, some 20 ms: Node's module of keys and digests is loaded (2.5 to
  4, with all of Node's streams), the rule and its event in the log 4.5, the saving 2 and the closing 1 to 1.5 (SQLite puts
  its journal into the file), the look for what others left 1.3, the note of who holds the store 0.7, the message claimed,
  put together, written and noted 5, of which 1.5 are gone. What is owed and its message in one transaction would save the
  second's 1 to 1.5, and is not done: a message could lie in the folder for a change that was never saved.
- The store's first page read without SQLite, to see whose it is: 0.3 ms, and left. All of the loader in one file: 0.2 ms.
- Looked at anew with a sampling of the whole process and V8's own log, Node 20: what \`users show\` took over a bare start became a tenth less
  (40.7 ms of processor time became 38.7, beside a bare start of 20.8; Node 24 44.0 and 42.0, Node 22 41.0 and 39.6; \`users list --centre\` 40.2 and 38.7,
  \`users reset-password\` 61.0 and 60.2; pairs on a busy machine, which makes all of it longer). The modules are read in half as many pieces,
  without lists that are thrown away at once; the options of every command are made once, where a command within another had them
  three times; no abort signal is made where nobody listens; nothing reads an expression for invisible letters, or opens a database in memory, that is
  not needed. Each is a fiftieth or less; together they keep V8's young heap, 1 MB with a third full at the start, from being collected
  a second time, which costs 1 ms.
- Why 1.45 is not reached, of 17 to 18 ms over a bare start: the loader's own files 1.9, the kept code and the modules' source read
  1.4, V8's taking the code over 1.9, the modules' first lines 0.5, signals and surroundings 0.9, the options, what was typed and the settings 2.0,
  SQLite's binary and the store opened 2.2, kysely made 1.4, the first questions 2.9, the words 0.4, the answer 1.5 before and
  some 0.7 now that nothing is collected in it; the end is no dearer than a bare one's. Across all of these, 1,300 pages touched
  for the first time cost 2.4, seen from the kernel, and compiling what is kept nowhere 2.9, of Node's own functions more than of the loader's. None is above a sixth, and
  1.45 leaves some 8 ms: as much as the loader, the compiled code and the opening take before anything is asked.
- Since then 1.2 of these ms are gone (the binary, the text beside its code, above). What is left is no one thing: V8 collects
  once in \`users show\`, because 1.1 MB of young objects are made in it and some 0.9 fit beside Node's own. With 4 MB of
  room it takes 2 ms less than with 1 (100 pairs), but only Node's command line can give that, before the program runs. It was
  1.2 MB before; the fifth that is too much would have to come from making kysely's connection (0.2), from the queries built
  and compiled (0.2), from commander's options and its parsing (0.2), from 400 imports and their modules.
- Who typed a command, by the system's list of users, is asked once something is logged, and a look loads no module of Node
  for it. An expression for any letter case is made by what Unicode says of each letter: that of a plain address took 0.28 ms, and
  0.11 with its letters written out; those of numbers likewise, and whether a place is a server's is no expression any more. \`users show\` takes 0.6
  to 1.1 ms less of some 27 over a bare start, \`users list --centre\` 0.7 or nothing, \`users reset-password\` 0.7 to 1.0 of 49, \`releases authorisations --centre\`
  1.2 to 1.9 of 40 (medians and means of 20 pairs of three to eight runs, Node 20, on a machine so busy that all takes a third longer; a mean
  strays by 0.4 to 0.7; on Node 24 \`users show\` gains 0.2 to 0.4 of 30, less than it strays).
- The young objects of a command counted anew, with room for all of them: \`users show\` makes 1.17 MB beside Node's 0.34, and 0.68 have room, so that two
  fifths would have to go, and not a fifth; \`releases authorisations --centre\` makes 3.9 MB, and V8 collects three times: 13 KB for each of its 200
  releases, of which no function makes more than a twelfth. Of what it takes beyond \`users show\`, sampled from the system, a third is V8's
  interpreter at work on these, an eighth its shapes of objects, a ninth the C library, a tenth the collector, a twentieth SQLite. To do
  without it, one release would have to be worked out for many, which only some have alike; left.
- Looked at for a start and left, as nothing could be measured: what modules export without a prototype, so that it costs no shape (0.5 ms of
  27, straying by 0.4, in 40 pairs of five); all of the loader in one file, once more (none, in as many); each file of kysely a module of its own, so that those which
  need each other are not joined (6 % less compiled code); a file removed by \`unlink\`, where Node's \`rm\` loads first what
  removes whole folders; no two turns of the loop before an answer, in which Ctrl-C is heard.
- \`users reset-password\` has its eight syncs and two transactions. Of some 20 ms beyond \`users show\`, 8 are functions run for the first time, the
  kernel's 3.6, the collector's, which comes oftener, 1.4, compiling 1.6, SQLite's 0.7, each seen by sampling. One message written without
  Node's threads would save 0.5 ms, and is left: a signal is heard meanwhile. A plain name in a header is looked at by one simple expression, and not by
  all that hides: 0.5 ms.
- V8's flags (one thread, for the collector alone too, no optimizing compiler, no early machine code or all of it, feedback
  from the first call, a larger young generation, nothing compiled ahead), each with compiled code kept under it: nothing
  that could be measured, or slower.
- A list read 27 columns of each user and 26 of each centre, of which it shows 7 and 10: only what is shown is read now. \`users list\` of
  100,000 takes two thirds of the processor time that it took (1.31 s became 0.89 on Node 20, 1.11 became 0.75 on Node 24), \`centres list\` as
  well (1.12 became 0.73, 0.90 became 0.62), and a seventh less memory: five pairs each on a busy machine, beside a bare loop of 0.5. Rows as objects from
  a function that is written for its columns would have been 60 ms of 900; left.
- Where the part of an import goes that does not grow with its rows (of 10,000 rows 2.3 s of processor time, of 100,000 8.5, thread by thread on a busy
  machine, Node 20): 0.5 s are slips to hand out, which a workbook of up to 10,000 people gets unasked and a larger one does not (10,002 rows take 1.75 s); 0.7 s V8's
  threads, which compile 230 functions in that time (270 for 100,000 rows; the bare program takes 0.1 and 0.4 in them); 0.2 s its first rows, in code that is not compiled yet;
  0.2 s the start, which is a question of any command, and 0.1 s the beginning of a store. No wait is in it.
- Slips were put together one by one, each with the same steps to take, measured and written anew, and with its PIN derived a second time; the date on them
  brought what Node knows of all languages, 15 ms in every import. The steps are put together once, of so few people each PIN is held, and the month is written
  out: 0.69 s for the sheet became 0.52 (the list alone 0.24), an import of 10,000 rows took 2.28 s and takes 2.13 (seven pairs, 0.88 to 0.99), the same
  bytes in all of it. What is left of slips is packing 22 MB of XML. Against an empty store, 10,000 rows into a million are no nearer for it: both lose as much.
- V8 told to compile later in an import (four and twelve times its budget): 1.02 and 1.11 of the processor time of 20,000 rows, medians of three; to inline a third as much: 0.93 of 20,000
  rows and 0.98 of 100,000; without replacing code on the stack, or with smaller pieces inlined: nothing that could be told from chance. Left: no tenth, and flags of one engine's versions.
- The PIN sheet made in a worker while the store saves, as a prototype with the texts of all rows handed over at once: as much processor time (0.99 of it), 299 MB
  in place of 224, and by the clock 0.91, in four pairs on a machine too busy to tell (0.72 to 0.91). What is measured here is processor time, and the sheet's packing is in
  a thread of its own already. Left.
- On Node 24 the youngest part of the heap grows to 134 MB while rows are read, where Node 20 and 22 give it 34. Bounded to 17 where a workbook will have more than
  150,000 rows, 500,000 take 344 MB in place of 447, and no more processor time (46.4 s and 46.1, one pair on a busy machine). Bounded for 100,000 too, to 34, the same file
  again takes 241 MB in place of 338, and 1.04 of the processor time (two pairs), so that the import would miss its goal in time for one in memory that it meets by far: left. On Node 20,
  from the first row on: 228 MB in place of 198 for the first import, 214 in place of 232 for the second, and up to 8 % more time (a pair each); left too.
- The same file a second time takes three quarters of the first on Node 20, and a seventh more memory: planning is a third
  of it, some twelve look-ups for each of 100,000 centres, and what is saved is held beside the rows. One map of the saved
  centres where there were three and two sets, saved users noted by their numbers, each name of a person and each town
  judged once, and the domains of a workbook made texts only where they may read as another: a tenth less for the second
  time and 7 % for the first, in three pairs on a busy machine, so that the ratio of the two hardly changes. A heap that
  grows slowly from the first row: 280 MB in place of 300, against 240 the first time, for a twentieth more time; left.
  With packed rows, and no rows held beside saved centres, it took 250 to 285 MB where it took 305 to 310, against some 220 the first
  time, and up to a fifteenth more processor time. What is saved is packed as well since, a centre and a user of each row, found by
  indexes outside the heap in place of five maps and sets, and a name is made ready for comparing when something is compared with it: 100,000 rows
  again take 0.60 of the first time where they took 0.72 (3.6 s against 6.0, three pairs on a busy machine), and 228 MB against 200 to 237; 500,000
  take 388 MB where they took 874, against some 380; a million 660 MB or less where they took 1,337, against 603. Of those the sheet takes 550 while it is read.
- A million rows into a server took 603 MB, 549 of them by when the sheet was read. A workbook of more than 16 MB is read from its file piece by piece, each known by
  its digest, and not held (81 MB); the shared texts give their memory back as soon as the sheet is read, in blocks that are large enough for the system to take them
  (141 MB, which lay idle in the process before); what planning looks numbers and addresses up by is an index where it was maps of texts; the digest of what was done is
  made in pieces of 100,000. It takes 496 MB, and the same million again 629, each seen once on a busy machine; 500,000 into a file 315. An import of 100,000 holds its file as before.
- All texts of what is saved packed, none of it as it is: no less memory in four pairs (223 and 225 MB), and a twenty-fifth more processor time; left.
- A row's texts not copied where they stand among the shared texts of the workbook, which are then kept until the end: 401 MB for the first 500,000 rows,
  and 391 beside it; less while the sheet is read, and as much more while it is saved. Left. So is an index of the addresses of new users in place
  of a map: no less at the most. At the most there is what the collector has not taken yet of the sheet when planning begins, and at the end of saving the lists
  of which the digest is made, as texts.
- Names with letters that join by an invisible mark, as Persian and Sinhala ones, are read by the long way: a twentieth of the names of that workbook,
  and for all of them at most 0.13 s of 3.6; left.
- Indexes made after the rows: 13 % of the inserts in isolation, 2 % of an import; the tables are not always empty. Left.
- An import of 100,000 rows takes what it took the evening before, in three pairs on a busy machine (7.85 s and 7.81): that it was 2.72 times
  the bare program then, and 2.98 now, does not come from the program.
- The peers are nearer than was thought by what an import takes over a bare one: they hold no row against another, write no
  log and can take nothing back.
- A name sought among a million was looked for in the order of addresses, by an index, each row looked up by itself: 0.9 s. Where the
  word has three letters or more, the rows are read as they lie, and the few that fit are sorted: 0.32 s, of which SQLite's reading
  of 300 MB is 0.2. Five times a bare start leaves 0.07 for that, which only an index of names would do
  (\`docs/decisions/searching-without-an-index.md\`). With the file mapped into memory it takes a quarter less (seven pairs on a busy
  machine), is counted as 733 MB where it is 66, and a disk that fails ends the process by a signal, without a word: left.
- Where nobody has such a name, the centres were looked through as well, since one may have been meant, twice: the live ones and then the
  deleted, each looked up from the index of numbers. They are found once, in the index of names, which is a fifth of their rows: 0.80 s became
  0.49 on Node 20, 0.71 became 0.43 on Node 24 (nine pairs each on a busy machine; the reading itself is as quick on both). A pattern that is not
  there is known sooner than by \`instr\`, and is looked for before the state of a row: 0.48 became 0.41, and 0.43 became 0.36 (nine pairs each). What
  is left is 70,000 reads of a page, some 0.09 s, and the names taken out of a million rows. With pages of 16 KB in place of 4 the reading takes a quarter less
  (ten pairs, of the table by itself), in stores that begin with them alone, and each change would write pages four times as large: left.
- A shared store is slower beside the server by the driver's code and the signing in, which a file has none of; from afar the
  round trips count, of which \`users show\` has three. Over the server's socket a desk signs in without a password, as
  packages of PostgreSQL set it up: 1.42 times the processor time of a file (71 ms against 50, 15 runs at once, four
  times in turn on a busy machine). A password over the socket makes it 1.56 and over the network 1.58: a key is derived from
  it in 4,096 steps, by a module of Node that nothing else loads.
- Of an import of 100,000 rows into a server, the server had 2.4 s of processor time and the program 4.6 s. A quarter of the
  server's was a reference that is looked for row by row, that of centres and users to their import: asked once for all
  rows of a statement, the server has 1.9 s. What is left there is indexes (0.7 s), the reference of users to their centres
  (0.4 s), which stays, and the checks of columns (0.3 s). A trigger for each row took longer than the reference. The PIN
  sheet is made while the server saves. The program's own time is reading and planning, as for a file.
- The bare import into a server had tables of its own until then, with half of the columns and three indexes: its 1.4 s of
  the server's time are 2.2 s with those that an import fills.
- A file is no slower for the second engine: nine pairs of processor time against the last commit before it (\`d7c5461\`, Node
  20): \`users show\` 44 ms where it took 128, \`users suspend\` 48 where it took 128, an import of 10,000 rows 1.51 s where
  it took 1.75 (0.83 to 0.90 of it), of 100,000 rows 5.92 s where it took 7.08 (0.80 to 0.85). All that was made faster
  since is in it.
- What is left of a start is kysely's first use (each query is built and compiled once, in V8's interpreter), V8's reading
  of the compiled code, and pages of memory; its early machine code cannot be turned off once a program runs.
`
}

/** Why a goal is not reached, for each figure that has missed it once, on any Node; longer below, where it was tried. */
const reasons: readonly [what: RegExp, why: string][] = [
  [
    /into a store of 1000000/,
    'a row finds its place in indexes a hundred times as large, and a workbook with a domain in another script is compared with the domains of all saved addresses (0.26 s): what is looked for is any that reads alike, which no address of the workbook names',
  ],
  [
    /^import of 100000 rows, against the bare/,
    'of what the bare program does not do, the judging of rows and what SQLite promises (indexes, checks, references) take 1.3 s of the 1.8 that the goal leaves',
  ],
  [
    /^the same file again, against the first time/,
    'it swings about the goal: 0.58 to 0.62 in four quiet runs of some days',
  ],
  [
    /^most memory of both times/,
    'what is saved is held, packed, beside the rows that it is compared with; less was only to be had for more processor time',
  ],
  [
    /^users list okafor/,
    'SQLite reads the rows of all users, 300 MB, which takes 0.2 s of the 0.3 by itself, and then the names of all centres, as nobody there is called so; five times a bare start leaves 0.07 s, which only an index of names would do',
  ],
  [
    /^releases authorisations of one centre/,
    'the code of releases, their queries, and what is made of 200 of them',
  ],
  [/^exceljs|^SheetJS|^openpyxl/, 'they judge no row, write no log and can take nothing back'],
  [
    /^shared: users show over/,
    "the code of PostgreSQL's driver and the signing in, which a file has none of",
  ],
  [
    /^start: users (show|list)/,
    "no one thing: the loader and V8's taking over of compiled code, kysely's first use, opening the store and pages of memory, none of which is above a sixth; the goal leaves 8 ms of some 17",
  ],
  [
    /^start: users reset-password/,
    "beside that Node's module of keys, the eight syncs of two transactions and a message that is claimed, written and noted; saved as one transaction, a message could lie there for a change that was never made",
  ],
]

/** Each figure that has missed its goal, with the reason. */
function goalsNotReached(parts: readonly Part[]): string {
  const missed = parts.flatMap(({ node, rows }) =>
    rows
      .filter((row) => verdict(row) === 'missed')
      .map((row) => ({
        what: row.what,
        figure: `${figureOf(row)} on Node ${node.split('.')[0]} (${wanted(row)})`,
      })),
  )
  const named = [...new Set(missed.map(({ what }) => what))].map((what) => {
    const figures = missed.filter((one) => one.what === what).map(({ figure }) => figure)
    const why = reasons.find(([pattern]) => pattern.test(what))?.[1] ?? 'not known yet'
    return `- ${inWords(what)}, ${figures.join(' and ')}: ${why}.`
  })
  if (named.length === 0) return ''
  return `## Goals that are not reached, and why\n\n${named.join('\n')}\n`
}

function tableOf({ part, node, processors, load, rounds, on, rows }: Part): string {
  const lines = rows.map(
    (row) =>
      `| ${[inWords(row.what), row.measured ?? '', row.against ?? '', figureOf(row), wanted(row), verdict(row)].join(' | ')} |`,
  )
  const isLoaded = load > processors
  const machine = isLoaded
    ? `**a busy machine** (load ${load}): times are too long, ratios uncertain`
    : 'a quiet machine'
  return `## ${part}, Node ${node}

${rounds} rounds, ${processors} processors, ${on}, ${machine}.

| what | measured | against | figure | goal | verdict |
| --- | --- | --- | --- | --- | --- |
${lines.join('\n')}
`
}

function figureOf({ figure, unit }: Row): string {
  return figure === undefined ? '' : `${numberOf(figure, unit)} ${unit}`
}

/** What was measured, its numbers as a reader has them: `import of 100,000 rows`. */
function inWords(what: string): string {
  return what.replace(/\d{4,}/g, (number) => grouped(Number(number)))
}

function numberOf(figure: number, unit: Row['unit']): string {
  if (unit !== 'MB') return figure.toFixed(2)
  return grouped(Math.round(figure))
}

const line = 26
const left = 620
const scale = 180

/** As the picture of a session: dark where the page around it is. */
const style = `
.paper { fill: #ffffff } text { fill: #1f2328 } .goal { stroke: #333333 }
.within { fill: #3a7d44 } .beyond { fill: #b3541e }
.figure { paint-order: stroke; stroke: #ffffff; stroke-width: 4px }
@media (prefers-color-scheme: dark) {
.paper { fill: #0d1117 } text { fill: #e6edf3 } .goal { stroke: #9198a1 }
.within { fill: #46954f } .beyond { fill: #d0692f }
.figure { stroke: #0d1117 }
}
`

/** A bar for each figure, as a part of its goal; the line is the goal. */
function pictureOf(parts: readonly Part[]): string {
  const taken = parts.flatMap(({ node, rows }) =>
    rows.flatMap(({ what, unit, figure, goal }) =>
      figure === undefined
        ? []
        : [{ what: `${inWords(what)} (${node.split('.')[0]})`, unit, figure, part: partOf(figure, goal) }],
    ),
  )
  const height = (taken.length + 1) * line
  const bars = taken.map(({ what, part, figure, unit }, at) => {
    const y = (at + 1) * line
    const kind = part <= 1 ? 'within' : 'beyond'
    const width = Math.min(part, 2) * scale
    return `<text x="${left - 8}" y="${y}" text-anchor="end">${escaped(what)}</text><rect x="${left}" y="${y - 12}" width="${width.toFixed(0)}" height="15" class="${kind}"/><text x="${(left + width + 6).toFixed(0)}" y="${y}" class="figure">${numberOf(figure, unit)} ${unit}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="1100" height="${height}" viewBox="0 0 1100 ${height}" font-family="sans-serif" font-size="12"><title>Each figure beside its goal</title>
<style>${style}</style>
<rect width="1100" height="${height}" class="paper"/>
<line x1="${left + scale}" x2="${left + scale}" y1="8" y2="${height}" class="goal" stroke-dasharray="4 3"/>
${bars.join('\n')}</svg>
`
}

/** 1 is the goal. Where more is better, the other way round. */
function partOf(figure: number, goal: Row['goal']): number {
  if ('atLeast' in goal) return goal.atLeast / figure
  return figure / ('below' in goal ? goal.below : goal.atMost)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
