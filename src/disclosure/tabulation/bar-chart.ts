import { type Html, html } from '../../kernel/html.ts';
import { CONFIDENTIAL, SMALL } from './printed.ts';
import type { ReleasedLine, ReleasedTable } from './released-tables.ts';

const WIDTH = 760;
/** About as wide as a letter is, in the units of the drawing. */
const LETTER = 7;
const VALUES = 90;
const BAR = 17;
const GAP = 11;
const MOST_BARS = 24;
const MOST_SERIES = 4;
const LINE_LETTERS = 34;

interface Series {
  readonly label: string;
  readonly values: readonly string[];
}

/** What a chart of a table shows: bars for the categories of one dimension, one for each category of another. */
export interface Chart {
  readonly title: string;
  readonly categories: readonly string[];
  readonly series: readonly Series[];
  readonly small: number;
  /** Categories with too few people for bars of their own. */
  readonly leftOut: readonly string[];
}

/**
 * A chart of a table's first count: along its longest dimension, at the finest level that fits; a dimension of few
 * categories besides makes bars of their own; others are at their totals. Undefined where nothing is worth drawing.
 */
export function chartOf(table: ReleasedTable, threshold: number): Chart | undefined {
  const counts = table.measures.findIndex(({ kind }) => kind === 'count');
  const measure = Math.max(0, counts);
  const levels = table.dimensions.map((_, dimension) => levelsOf(table, dimension));
  const choices = levels.map((list) => list.find(({ codes }) => codes.length <= MOST_BARS) ?? list.at(-1));
  const main = choices.reduce(
    (best, choice, index) => ((choice?.codes.length ?? 0) > (choices[best]?.codes.length ?? 0) ? index : best),
    0,
  );
  const choice = choices[main];
  if (choice === undefined || choice.codes.length < 2) return undefined;
  const side = levels.findIndex(
    (list, index) => index !== main && list.some(({ codes }) => codes.length > 1 && codes.length <= MOST_SERIES),
  );
  const sideLevel = levels[side]?.find(({ codes }) => codes.length > 1 && codes.length <= MOST_SERIES);
  const valueAt = (code: string, sideCode: string | undefined): string =>
    table.lines.find(({ at }) =>
      at.every((place, index) => {
        if (index === main) return place.level === choice.level && place.code === code;
        if (index === side && sideLevel !== undefined && sideCode !== undefined)
          return place.level === sideLevel.level && place.code === sideCode;
        return place.level === null;
      }),
    )?.values[measure] ?? '';
  const shown = choice.codes.slice(0, MOST_BARS);
  const labelOf = (dimension: number, level: number, code: string): string =>
    table.lines.map(({ at }) => at[dimension]).find((place) => place?.level === level && place.code === code)?.label ??
    code;
  const all = (sideLevel?.codes ?? [undefined]).map((code) => ({
    label: code === undefined ? '' : labelOf(side, sideLevel?.level ?? 0, code),
    values: shown.map((each) => valueAt(each, code)),
  }));
  // Bars of nobody at all, or of nobody but a few, would only stand in the way of the others; the table has them.
  const series = all.filter(({ values }) => values.some((value) => Number(value) > 0));
  if (series.length === 0) return undefined;
  const left = all.filter((each) => !series.includes(each)).map(({ label }) => label);
  const title = `${table.measures[measure]?.title ?? ''}: ${table.title}`;
  return {
    title:
      choice.codes.length > shown.length ? `${title} (the first ${shown.length} of ${choice.codes.length})` : title,
    categories: shown.map((code) => labelOf(main, choice.level, code)),
    series,
    small: threshold,
    leftOut: left,
  };
}

/** The levels that a table shows of a dimension, the finest first, with their categories in order. */
function levelsOf({ lines }: ReleasedTable, dimension: number): { level: number; codes: string[] }[] {
  const codes = new Map<number, Set<string>>();
  for (const { at } of lines) {
    const place: ReleasedLine['at'][number] | undefined = at[dimension];
    if (place === undefined || place.level === null) continue;
    codes.set(place.level, (codes.get(place.level) ?? new Set()).add(place.code));
  }
  return [...codes].map(([level, set]) => ({ level, codes: [...set] })).sort((a, b) => a.level - b.level);
}

/** The chart as inline SVG; what it shows stands in the table beside it as well, for those who can't see it. */
export function drawChart({ title, categories, series, small, leftOut }: Chart, id: string): Html {
  const numbers = series.flatMap(({ values }) => values.map(Number).filter(Number.isFinite));
  const top = niceTop(Math.max(1, ...numbers));
  const each = series.length * BAR + GAP;
  const height = categories.length * each + 34;
  const longest = Math.max(...categories.map((label) => Math.min(label.length, LINE_LETTERS)));
  const left = Math.max(60, longest * LETTER + 20);
  const span = WIDTH - left - VALUES;
  const x = (value: number): number => left + (span * value) / top;
  const ticks = Array.from({ length: 5 }, (_, index) => (top * index) / 4);
  const grid = ticks.map(
    (tick) =>
      html`<line class="grid" x1="${round(x(tick))}" x2="${round(x(tick))}" y1="0" y2="${height - 26}"/><text class="tick" x="${round(x(tick))}" y="${height - 8}" text-anchor="middle">${figure(String(tick))}</text>`,
  );
  const bars = categories.map((label, index) => {
    const y = index * each;
    const middle = y + (series.length * BAR) / 2 + 5;
    return html`<g><text class="category" x="${left - 10}" y="${middle}" text-anchor="end">${shortened(label)}<title>${label}</title></text>${series.map(
      ({ values }, order) => bar(values[index] ?? '', x, y + order * BAR, order, small, id),
    )}</g>`;
  });
  const legend =
    series.length > 1
      ? html`<ul class="legend">${series.map(({ label }, order) => html`<li><span class="key s${order}" aria-hidden="true"></span>${label}</li>`)}</ul>`
      : undefined;
  return html`<figure>
<figcaption>${title}</figcaption>
${legend}<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="${id}-title" aria-describedby="${id}-note">
<title id="${id}-title">Bar chart. ${title}. The same figures stand in the table below.</title>
<defs><pattern id="${id}-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" class="hatch-paper"/><line x1="0" y1="0" x2="0" y2="6" class="hatch"/></pattern></defs>
${grid}${bars}
</svg>
${leftOut.length === 0 ? undefined : html`<p class="hint">Not drawn, with few people or none: ${leftOut.join(', ')}.</p>\n`}</figure>`;
}

function bar(value: string, x: (value: number) => number, y: number, order: number, small: number, id: string): Html {
  const height = BAR - 3;
  const text = (at: number, words: string): Html =>
    html`<text class="value" x="${round(at + 6)}" y="${y + height - 2}">${words}</text>`;
  if (value === SMALL) {
    const width = Math.max(5, x(small) - x(0));
    return html`<rect fill="url(#${id}-hatch)" class="hidden" x="${round(x(0))}" y="${y}" width="${round(width)}" height="${height}"/>${text(x(0) + width, `1 to ${small}`)}`;
  }
  if (value === CONFIDENTIAL) return text(x(0), 'withheld');
  if (!Number.isFinite(Number(value)) || value === '') return text(x(0), '–');
  const width = x(Number(value)) - x(0);
  return html`<rect class="s${order}" x="${round(x(0))}" y="${y}" width="${round(width)}" height="${height}" rx="1.5"/>${text(x(0) + width, figure(value))}`;
}

/** A round number at or above, so that ticks are round as well. */
function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const steps = [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10].map((step) => step * power);
  return Math.max(4, steps.find((step) => step >= value) ?? 10 * power);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function shortened(label: string): string {
  return label.length > LINE_LETTERS ? `${label.slice(0, LINE_LETTERS - 1)}…` : label;
}

/** `1234.5` -> `1,234.5`; symbols as they are. */
export function figure(value: string): string {
  const number = Number(value);
  if (value === '' || !Number.isFinite(number)) return value;
  const decimals = /\.(\d+)$/.exec(value)?.[1]?.length ?? 0;
  return number.toLocaleString('en-GB', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}
