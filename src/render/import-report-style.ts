/** The looks of a report: light and dark, on paper, and what choosing a kind of issue hides. */
export function reportStyle(codes: readonly string[]): string {
  const chosen = ['all', ...codes].map((code) => `#kind-${code}:checked + label`).join(',')
  const hidden = codes.map((code) => `#kind-${code}:checked ~ .wide tbody tr:not(.${code})`).join(',')
  return `
:root { color-scheme: light dark; --text: #1b1f24; --dim: #59636e; --back: #fff; --line: #d1d9e0; --in: #2f6f9f; --held: #b35900; --mark: #fff1dc; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ed; --dim: #9aa4af; --back: #14181d; --line: #343b44; --in: #6aaee0; --held: #f0a050; --mark: #4a3413; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem; color: var(--text); background: var(--back); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere; }
h2 { display: inline; font-size: 1.1rem; }
section { margin: 2rem 0; }
.about, footer, .more, .legend { color: var(--dim); overflow-wrap: anywhere; }
.numbers { display: flex; flex-wrap: wrap; gap: .75rem; padding: 0; list-style: none; }
.numbers li { flex: 1 1 8rem; padding: .6rem .9rem; border: 1px solid var(--line); border-radius: .4rem; color: var(--dim); }
.numbers b { display: block; font-size: 1.6rem; color: var(--text); }
.numbers .warn b { color: var(--held); }
table { width: 100%; border-collapse: collapse; margin-top: .6rem; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
thead th { color: var(--dim); font-weight: 600; }
th { white-space: nowrap; }
td { min-width: 6.5rem; }
.number, .held-back td:nth-child(-n+2) { white-space: nowrap; min-width: 0; }
.chart th { width: 14rem; font-weight: 400; white-space: normal; }
.chart td.bar, .chart th { overflow-wrap: normal; }
.chart td.number { width: 14rem; color: var(--dim); }
rect.in { fill: var(--in); } rect.back { fill: var(--held); }
.legend span { display: inline-block; width: .8em; height: .8em; margin: 0 .2em 0 .8em; }
.legend .in { background: var(--in); } .legend .back { background: var(--held); }
.wide { overflow-x: auto; }
td ul { margin: 0; padding: 0; list-style: none; }
code { font: .92em ui-monospace, monospace; }
td em { display: block; color: var(--dim); }
mark { background: var(--mark); color: inherit; padding: 0 .25em; }
/* A name that is read from right to left has its brackets and figures where they belong. */
h1, td, mark, td em { unicode-bidi: plaintext; }
.held-back > h2 { display: block; margin: 0 0 .5rem; }
.held-back > input { position: absolute; opacity: 0; }
.held-back > label { display: inline-block; margin: 0 .3rem .3rem 0; padding: .15rem .6rem; border: 1px solid var(--line); border-radius: 1rem; cursor: pointer; }
.held-back > label small { color: var(--dim); }
.held-back > input:focus-visible + label { outline: 2px solid var(--in); }
${chosen} { border-color: var(--in); box-shadow: inset 0 0 0 1px var(--in); }
${hidden === '' ? '' : `${hidden} { display: none; }`}
summary { cursor: pointer; }
@media (min-width: 60rem) { .held-back td:nth-child(4) { min-width: 15rem; } }
@media (max-width: 40rem) {
  body { padding: .8rem; }
  .chart th, .chart td { padding: .3rem; }
  .chart th, .chart td.number { width: auto; }
  .chart td.bar { min-width: 20vw; }
  .held-back table, .held-back tbody, .held-back tr, .held-back td { display: block; }
  .held-back thead { display: none; }
  .held-back td { border: 0; padding: .1rem 0; }
  .held-back td.number::before { content: 'Row '; color: var(--dim); }
  .held-back tr { border-bottom: 1px solid var(--line); padding: .5rem 0; }
  details thead { display: none; }
  details table, details tbody, details tr, details td { display: block; }
  details tr { border-bottom: 1px solid var(--line); padding: .5rem 0; }
  details td { border: 0; padding: .1rem 0; }
  details td:empty { display: none; }
  details td + td::before { content: attr(data-head) ': '; color: var(--dim); }
}
@media print {
  :root { --text: #000; --dim: #444; --back: #fff; --line: #bbb; --in: #2f6f9f; --held: #b35900; --mark: #eee; color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 10pt; print-color-adjust: exact; }
  .held-back > label { display: none; }
  .held-back tbody tr { display: table-row; }
  details::details-content { content-visibility: visible; }
  tr { break-inside: avoid; } thead { display: table-header-group; }
  .wide { overflow: visible; }
}
`
}
