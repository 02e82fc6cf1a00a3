import { escapeHtml } from '../../kernel/html.ts';

/** A part of a page: a heading, what it says, and a chart or table. */
export interface Section {
  readonly heading: string;
  readonly words: string;
  readonly html: string;
}

const STYLE = `
  body { font: 16px/1.5 system-ui, sans-serif; color: #212b32; background: #fff; max-width: 900px; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 1.7rem; margin-bottom: .3rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; border-top: 1px solid #d8dde0; padding-top: 1rem; }
  svg { max-width: 100%; height: auto; display: block; } svg text { font-size: 12px; fill: #212b32; } svg line { stroke: #768692; }
  rect.good { fill: #007f3b; } rect.plain { fill: #aeb7bd; } rect.bad { fill: #d5281b; }
  table { border-collapse: collapse; font-size: .9rem; } th, td { padding: .25rem .8rem .25rem 0; text-align: left; border-bottom: 1px solid #e8edee; vertical-align: top; }
  td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; } p.note { color: #4c6272; } .big { font-size: 1.3rem; }
  @media print { body { margin: 0; } h2 { break-after: avoid; } svg, table { break-inside: avoid; } }`;

/** A page by itself: no script, nothing fetched from anywhere. */
export function page(title: string, lead: string, sections: readonly Section[]): string {
  const parts = sections.map(
    ({ heading, words, html }) => `<h2>${escapeHtml(heading)}</h2>\n<p class="note">${escapeHtml(words)}</p>\n${html}`,
  );
  return `<!doctype html>
<html lang="en-GB">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(lead)}</p>
${parts.join('\n')}
</body>
</html>
`;
}

/** Rows of a table; numbers to the right, in the British way. */
export function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const isNumber = header.map((_, index) => rows.length > 0 && rows.every((row) => typeof row[index] === 'number'));
  const mark = (index: number): string => (isNumber[index] === true ? ' class="n"' : '');
  const cell = (value: string | number): string =>
    typeof value === 'number' ? value.toLocaleString('en-GB') : escapeHtml(value);
  const head = header.map((text, index) => `<th${mark(index)}>${escapeHtml(text)}</th>`).join('');
  const body = rows.map(
    (row) => `<tr>${row.map((value, index) => `<td${mark(index)}>${cell(value)}</td>`).join('')}</tr>`,
  );
  return `<table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}

/** 0.9876 -> 98.8 % */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
