import { type Html, html, number, share } from '../../kernel/html.ts';
import { csvOf } from '../csv.ts';
import type { Counts } from '../figures.ts';
import type { SiteFile } from './page.ts';

/** A chart: bars beside their labels and numbers, which are a table at the same time; and the file to download. */
export interface BarChart {
  readonly html: Html;
  readonly file: SiteFile;
}

/**
 * Horizontal bars of counts. The bars are SVG and say nothing that the numbers don't; the table reads well on a phone,
 * in print and to a screen reader. `link` gives a label its page.
 */
export function barChart(
  name: string,
  caption: string,
  head: readonly [string, string],
  counts: Counts,
  options: {
    readonly most?: number;
    readonly link?: (label: string) => string | undefined;
    readonly tone?: (label: string) => string;
  } = {},
): BarChart {
  const all = Object.entries(counts);
  const total = all.reduce((sum, [, count]) => sum + count, 0);
  const largest = Math.max(1, ...all.map(([, count]) => count));
  const shown = all.slice(0, options.most ?? all.length);
  const rows = shown.map(([label, count]) => {
    const to = options.link?.(label);
    const text = label === '' ? 'Not stated' : label;
    const tone = options.tone?.(label) ?? 'plain';
    return html`<tr><th scope="row">${to === undefined ? text : html`<a href="${to}">${text}</a>`}</th><td class="bar"><svg class="${tone}" width="100%" height="14" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="track" width="100" height="14"/><rect class="value" width="${Math.max(0.5, (100 * count) / largest).toFixed(2)}" height="14"/></svg></td><td class="n">${number(count)}<span class="of"> ${share(count, total).replace('less than 1%', '<1%').replace('more than 99%', '>99%')}</span></td></tr>
`;
  });
  const path = `tables/${name}.csv`;
  const rest =
    all.length > shown.length ? html` The largest ${shown.length} of ${number(all.length)} are shown.` : undefined;
  return {
    html: html`<figure class="chart">
<table><caption>${caption}</caption>
<thead><tr><th scope="col">${head[0]}</th><td aria-hidden="true"></td><th scope="col" class="n">${head[1]}</th></tr></thead>
<tbody>${rows}</tbody></table>
<figcaption class="quiet"><a href="${path}" download>Download this table (CSV)</a>.${rest}</figcaption>
</figure>`,
    file: {
      path,
      texts: [
        csvOf(
          [...head],
          all.map(([label, count]) => [label, String(count)]),
        ),
      ],
    },
  };
}

/** Columns over time, for when there is more than one month to show. */
export function columnChart(
  name: string,
  caption: string,
  head: readonly [string, string],
  months: readonly (readonly [string, number])[],
): BarChart {
  const [width, height, foot] = [720, 200, 24];
  const largest = Math.max(1, ...months.map(([, count]) => count));
  const step = width / Math.max(1, months.length);
  const every = Math.ceil(months.length / 12);
  const bars = months.map(([label, count], index) => {
    const size = ((height - foot - 16) * count) / largest;
    const x = index * step;
    return html`<rect class="value" x="${(x + step * 0.15).toFixed(1)}" y="${(height - foot - size).toFixed(1)}" width="${(step * 0.7).toFixed(1)}" height="${size.toFixed(1)}"/>${index % every === 0 ? html`<text x="${(x + step / 2).toFixed(1)}" y="${height - 6}" text-anchor="middle">${label}</text>` : undefined}`;
  });
  const path = `tables/${name}.csv`;
  return {
    html: html`<figure class="chart">
<svg class="columns" viewBox="0 0 ${width} ${height}" role="img" aria-label="${caption}; the table below has the numbers"><line x1="0" x2="${width}" y1="${height - foot}" y2="${height - foot}"/>${bars}</svg>
<details><summary>${caption}: the numbers</summary>
<table class="data"><caption>${caption}</caption><thead><tr><th scope="col">${head[0]}</th><th scope="col" class="n">${head[1]}</th></tr></thead>
<tbody>${months.map(([label, count]) => html`<tr><th scope="row">${label}</th><td class="n">${number(count)}</td></tr>`)}</tbody></table></details>
<figcaption class="quiet"><a href="${path}" download>Download this table (CSV)</a>.</figcaption>
</figure>`,
    file: {
      path,
      texts: [
        csvOf(
          [...head],
          months.map(([label, count]) => [label, String(count)]),
        ),
      ],
    },
  };
}

/** A table of texts and links. On a phone every row becomes a card; roles keep it a table for screen readers. */
export function* dataTable(
  caption: string,
  columns: readonly string[],
  rows: Iterable<readonly (Html | string | number)[]>,
  options: { readonly attributes?: (index: number) => Html; readonly id?: string } = {},
): Generator<Html> {
  yield html`<table class="data cards" role="table"${options.id === undefined ? undefined : html` id="${options.id}"`}><caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${columns.map((column) => html`<th scope="col" role="columnheader">${column}</th>`)}</tr></thead>
<tbody role="rowgroup">
`;
  let row = 0;
  for (const cells of rows) {
    yield html`<tr role="row"${options.attributes?.(row)}>${cells.map(
      (cell, index) =>
        html`<td role="cell" data-label="${columns[index] ?? ''}">${typeof cell === 'number' ? number(cell) : cell}</td>`,
    )}</tr>
`;
    row += 1;
  }
  yield html`</tbody></table>`;
}

/** Large numbers and what they count. */
export function tiles(items: readonly (readonly [count: number, what: string, to: string])[]): Html {
  return html`<ul class="tiles">${items.map(
    ([count, what, to]) => html`<li><a href="${to}"><strong>${number(count)}</strong> <span>${what}</span></a></li>`,
  )}</ul>`;
}

/** A heading and a text of the register, its line breaks kept. */
export function textSection(heading: string, text: string | undefined): Html | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  return html`<h3>${heading}</h3>
<div class="text">${text}</div>`;
}

/** `Yes` or `No` of an opt-out answer as a mark, with its reason. */
export function answerMark(answer: string): Html {
  const [, word = '', reason = ''] = /^\s*(yes|no)\s*-?\s*([\s\S]*)$/i.exec(answer) ?? [];
  if (word === '') return html`${answer}`;
  const applied = word.toLowerCase() === 'yes';
  return html`<span class="mark ${applied ? 'yes' : 'no'}">${applied ? 'Applied' : 'Not applied'}</span>${reason === '' ? undefined : html` ${reason}`}`;
}

/** A few links as a list in a line. */
export function linkList(items: readonly { readonly name: string; readonly to: string }[]): Html {
  return html`<ul class="inline">${items.map(({ name, to }) => html`<li><a href="${to}">${name}</a></li>`)}</ul>`;
}
