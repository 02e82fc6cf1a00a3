import { dayInWords } from '../../kernel/date-range.ts';
import { Html, html } from '../../kernel/html.ts';
import { chartOf, drawChart, figure } from './bar-chart.ts';
import type { Note, TablesContext } from './notes.ts';
import { PAGE_STYLE } from './page-style.ts';
import { CONFIDENTIAL, SMALL } from './printed.ts';
import type { ReleasedLine, ReleasedTable, ReleasedTables } from './released-tables.ts';

/** No script, and nothing from anywhere else: the page is whole by itself, and asks nobody for anything. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
/** Longer tables are folded. */
const LONG = 40;

/** A page with charts and tables that opens from a disk. */
export function renderPage(
  released: ReleasedTables,
  notes: readonly Note[],
  context: TablesContext,
): { text: string; rows: number } {
  const { title, source, tables, rules } = released;
  const { custodian, period } = context;
  const span = period === undefined ? '' : `, ${dayInWords(period.from)} to ${dayInWords(period.to)}`;
  const sections = tables.map((table, index) => section(table, index, rules.threshold));
  const whole = html`<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title} – ${custodian}</title>
<style>${new Html(PAGE_STYLE)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header><div class="wide">
<p class="from">${custodian}</p>
<h1>${title}</h1>
<p class="lede">${source}${span}.</p>
${facts(tables[0])}
</div></header>
<main id="content" class="wide" tabindex="-1">
${tables.length > 1 ? html`<nav aria-label="Tables"><ul>${tables.map((table, index) => html`<li><a href="#t${index}">${table.title}</a></li>`)}<li><a href="#notes">Notes on the method</a></li></ul></nav>` : undefined}
${sections}
<section id="notes" aria-labelledby="notes-title">
<h2 id="notes-title">Notes</h2>
${notes.map(({ heading, text }) => html`<h3>${heading}</h3>${text.length === 1 ? html`<p>${text}</p>` : html`<ul>${text.map((line) => html`<li>${line}</li>`)}</ul>`}`)}
</section>
</main>
</body>
</html>
`;
  return { text: whole.text, rows: tables.reduce((sum, { lines }) => sum + lines.length, 0) };
}

/** The totals of the first table, large. */
function facts(table: ReleasedTable | undefined): Html | undefined {
  const total = table?.lines.find(({ at }) => at.every(({ level }) => level === null));
  const shown = (table?.measures ?? []).flatMap(({ title, kind }, index) => {
    const value = total?.values[index] ?? '';
    return value === '' || kind === 'percentage' ? [] : [{ title, value }];
  });
  if (shown.length === 0) return undefined;
  return html`<dl class="facts">${shown.map(({ title, value }) => html`<div><dt>${title}</dt><dd>${value === CONFIDENTIAL || value === SMALL ? symbol(value) : figure(value)}</dd></div>`)}</dl>`;
}

function section(table: ReleasedTable, index: number, threshold: number): Html {
  const chart = chartOf(table, threshold);
  const grid = tableOf(table, index, threshold);
  return html`<section id="t${index}" aria-labelledby="t${index}-title">
<h2 id="t${index}-title">${table.title}</h2>
${chart === undefined ? undefined : drawChart(chart, `c${index}`)}
<p id="c${index}-note" class="hint">${legendFor(table, threshold)}</p>
${table.lines.length > LONG ? html`<details><summary>The whole table, ${table.lines.length} lines</summary>${grid}</details>` : grid}
</section>`;
}

function legendFor({ lines }: ReleasedTable, threshold: number): Html {
  const has = (symbol_: string): boolean => lines.some(({ values }) => values.includes(symbol_));
  return html`${has(SMALL) ? html`<strong>${SMALL}</strong> stands for 1 to ${threshold}. ` : undefined}${has(CONFIDENTIAL) ? html`<strong>${CONFIDENTIAL}</strong> is withheld to protect people. ` : undefined}See the <a href="#notes">notes</a>.`;
}

function tableOf({ title, dimensions, measures, lines }: ReleasedTable, index: number, threshold: number): Html {
  return html`<div class="scroll" role="region" aria-labelledby="t${index}-caption" tabindex="0"><table>
<caption id="t${index}-caption">${title}</caption>
<thead><tr>${dimensions.map((each) => html`<th scope="col">${each.title}</th>`)}${measures.map((each) => html`<th scope="col" class="n">${each.title}</th>`)}</tr></thead>
<tbody>${lines.map((line) => row(line, threshold))}</tbody>
</table></div>`;
}

function row({ at, values }: ReleasedLine, threshold: number): Html {
  const isTotal = at.every(({ level }) => level === null);
  return html`<tr${isTotal ? new Html(' class="total"') : undefined}>${at.map(({ label, level }) => html`<th scope="row"${level === null ? new Html(' class="all"') : undefined}>${label}</th>`)}${values.map((value) => html`<td>${value === SMALL || value === CONFIDENTIAL ? symbol(value, threshold) : figure(value)}</td>`)}</tr>`;
}

function symbol(value: string, threshold?: number): Html {
  const words = value === SMALL ? `1 to ${threshold ?? 'few'}, or based on so few` : 'withheld to protect people';
  return html`<abbr title="${words}">${value}</abbr>`;
}
