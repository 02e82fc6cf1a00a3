/** The style of the page of tables; it stands in the page itself. */
export const PAGE_STYLE = `
:root { --ink: #1b2733; --quiet: #4a5a68; --paper: #fff; --band: #f1f4f6; --line: #c9d2d9; --link: #005eb8; --deep: #003d78;
  --s0: #005eb8; --s1: #d4691c; --s2: #2a7d4f; --s3: #7c2855; --focus: #ffdd00; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e7edf2; --quiet: #aebbc6; --paper: #10181f; --band: #18232c; --line: #36454f; --link: #8ec5ff; --deep: #0b3f73;
    --s0: #5aa9f5; --s1: #f29c5b; --s2: #6cc495; --s3: #d693b9; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, "Segoe UI", Arial, sans-serif; }
.wide { max-width: 56rem; margin: 0 auto; padding: 0 1.25rem; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: 1rem; background: var(--focus); color: #000; padding: .5rem; }
header { background: var(--deep); color: #fff; padding: 2rem 0 1.75rem; }
header .from { margin: 0; font-weight: 600; opacity: .9; } h1 { margin: .25rem 0 .5rem; font-size: clamp(1.6rem, 4vw, 2.4rem); line-height: 1.15; }
.lede { margin: 0; opacity: .95; }
.facts { display: flex; flex-wrap: wrap; gap: .75rem 2.5rem; margin: 1.5rem 0 0; } .facts dt { font-size: .9rem; opacity: .9; }
.facts dd { margin: 0; font-size: 1.9rem; font-weight: 700; font-variant-numeric: tabular-nums; line-height: 1.2; }
main { padding-bottom: 3rem; } nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; list-style: none; padding: 1rem 0 0; margin: 0; }
a { color: var(--link); text-underline-offset: .15em; } a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
section { padding-top: 1.5rem; } h2 { font-size: 1.5rem; margin: 1rem 0 .5rem; } h3 { margin: 1.25rem 0 .25rem; font-size: 1.05rem; }
figure { margin: 1rem 0 .5rem; } figcaption { font-weight: 600; margin-bottom: .5rem; } svg { width: 100%; height: auto; display: block; }
.grid { stroke: var(--line); stroke-width: 1; } .tick { font-size: 12px; fill: var(--quiet); } .category, .value { font-size: 13px; fill: var(--ink); }
.value { font-variant-numeric: tabular-nums; } .s0 { fill: var(--s0); background: var(--s0); } .s1 { fill: var(--s1); background: var(--s1); }
.s2 { fill: var(--s2); background: var(--s2); } .s3 { fill: var(--s3); background: var(--s3); }
.hatch { stroke: var(--quiet); stroke-width: 2; } .hatch-paper { fill: var(--paper); } .hidden { stroke: var(--quiet); stroke-width: 1; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; list-style: none; padding: 0; margin: 0 0 .5rem; } .key { display: inline-block; width: .9rem; height: .9rem; margin-right: .4rem; vertical-align: -.1em; border-radius: 2px; }
.hint { color: var(--quiet); font-size: .9rem; margin: .25rem 0 1rem; } summary { cursor: pointer; color: var(--link); font-weight: 600; padding: .5rem 0; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .95rem; } caption { text-align: left; color: var(--quiet); padding: .25rem 0; font-size: .9rem; }
th, td { padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; font-weight: 400; }
thead th { font-weight: 600; border-bottom: 2px solid var(--ink); } td, th.n { text-align: right; font-variant-numeric: tabular-nums; padding-right: .25rem; padding-left: .75rem; }
.total th, .total td { font-weight: 700; background: var(--band); } .all { color: var(--quiet); } abbr { text-decoration: none; cursor: help; color: var(--quiet); }
@media print { header { background: none; color: #000; } details > * { display: block; } .skip, nav { display: none; } }
`;
