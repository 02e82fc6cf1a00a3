import { escapeHtml } from '../../kernel/html.ts';

/** A bar of a chart: its label, its parts from the left or bottom on, and what is said of it. */
export interface Bar {
  readonly label: string;
  readonly parts: readonly { readonly value: number; readonly kind: 'good' | 'plain' | 'bad' }[];
  readonly says: string;
}

const HEIGHT = 220;
const GROUND = 26;
const ROW = 24;
const LABEL = 290;
const WIDTH = 860;

/** Upright bars beside each other, by the square root of their values, so that a few beside many can still be seen. */
export function columnChart(title: string, bars: readonly Bar[]): string {
  const most = Math.max(1, ...bars.map(total));
  const width = WIDTH / Math.max(bars.length, 1);
  const scale = (value: number): number => Math.sqrt(value / most) * (HEIGHT - GROUND - 10);
  const drawn = bars.map((bar, index) => {
    let below = 0;
    const rectangles = bar.parts.map(({ value, kind }) => {
      const [from, to] = [scale(below), scale(below + value)];
      below += value;
      return `<rect class="${kind}" x="${(index * width + 1).toFixed(1)}" y="${(HEIGHT - GROUND - to).toFixed(1)}" width="${Math.max(1, width - 2).toFixed(1)}" height="${Math.max(0, to - from).toFixed(1)}"/>`;
    });
    const every = Math.ceil(bars.length / 24);
    const label =
      index % every === 0
        ? `<text x="${(index * width + width / 2).toFixed(1)}" y="${HEIGHT - 8}" text-anchor="middle">${escapeHtml(bar.label)}</text>`
        : '';
    return `<g><title>${escapeHtml(`${bar.label}: ${bar.says}`)}</title>${rectangles.join('')}${label}</g>`;
  });
  return svg(title, HEIGHT, drawn);
}

/** Bars below each other, each with its label before it and what is said of it behind. */
export function rowChart(title: string, bars: readonly Bar[]): string {
  const most = Math.max(1e-9, ...bars.map(total));
  const room = WIDTH - LABEL - 170;
  const drawn = bars.map((bar, index) => {
    let before = 0;
    const y = index * ROW;
    const rectangles = bar.parts.map(({ value, kind }) => {
      const [from, to] = [(before / most) * room, ((before + value) / most) * room];
      before += value;
      return `<rect class="${kind}" x="${(LABEL + from).toFixed(1)}" y="${y + 4}" width="${Math.max(0, to - from).toFixed(1)}" height="${ROW - 8}"/>`;
    });
    return `<g><text x="${LABEL - 8}" y="${y + 16}" text-anchor="end">${escapeHtml(bar.label)}</text>${rectangles.join('')}<text x="${(LABEL + (total(bar) / most) * room + 6).toFixed(1)}" y="${y + 16}">${escapeHtml(bar.says)}</text></g>`;
  });
  return svg(title, bars.length * ROW + 4, drawn);
}

/** A step of a waterfall: by how much it moves the sum. */
export interface Fall {
  readonly label: string;
  readonly says: string;
  readonly by: number;
}

/** Each bar begins where the one above it ended; the last row is the sum. */
export function waterfall(title: string, falls: readonly Fall[]): string {
  let sum = 0;
  const steps = falls.map((fall) => {
    const from = sum;
    sum += fall.by;
    return { ...fall, from, to: sum };
  });
  const ends = [0, ...steps.map(({ to }) => to)];
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  const room = WIDTH - LABEL - 190;
  const x = (value: number): number => LABEL + ((value - least) / Math.max(most - least, 1e-9)) * room;
  const row = (
    label: string,
    says: string,
    from: number,
    to: number,
    text: string,
    kind: string,
    index: number,
  ): string =>
    `<g><text x="${LABEL - 8}" y="${index * ROW + 16}" text-anchor="end">${escapeHtml(label)}</text><rect class="${kind}" x="${Math.min(x(from), x(to)).toFixed(1)}" y="${index * ROW + 4}" width="${Math.max(1.5, Math.abs(x(to) - x(from))).toFixed(1)}" height="${ROW - 8}"/><text x="${(Math.max(x(from), x(to)) + 6).toFixed(1)}" y="${index * ROW + 16}">${escapeHtml(`${text} ${says}`)}</text></g>`;
  const drawn = steps.map(({ label, says, from, to, by }, index) =>
    row(label, says, from, to, signed(by), by >= 0 ? 'good' : 'bad', index),
  );
  drawn.push(row('weight', '', 0, sum, signed(sum), 'plain', steps.length));
  const zero = `<line x1="${x(0).toFixed(1)}" y1="0" x2="${x(0).toFixed(1)}" y2="${(steps.length + 1) * ROW}"/>`;
  return svg(title, (steps.length + 1) * ROW + 4, [zero, ...drawn]);
}

function signed(value: number): string {
  return `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(1)}`;
}

function total({ parts }: Bar): number {
  return parts.reduce((sum, { value }) => sum + value, 0);
}

function svg(title: string, height: number, drawn: readonly string[]): string {
  return `<svg viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escapeHtml(title)}"><title>${escapeHtml(title)}</title>${drawn.join('\n')}</svg>`;
}
