import type { RelationSystem } from '../tables/relation-system.ts';
import { rowCount, type Term } from '../tables/sparse-rows.ts';
import type { Bounds } from './tighten.ts';
import { nearness } from './tighten.ts';

/** A column said through another: `scale * values[root] + shift`. Of a constant the scale is nothing. */
interface Said {
  readonly root: number;
  readonly scale: number;
  readonly shift: number;
}

/** A system in fewer columns that says the same. */
export interface Reduced {
  readonly said: readonly Said[];
  /** Columns that are left; the others are said through them. */
  readonly roots: readonly number[];
  readonly bounds: Bounds;
  readonly rows: readonly { readonly terms: readonly Term[]; readonly total: number }[];
}

/**
 * Puts known values in, and says one of two columns that share a relation through the other, until neither is to be
 * done: in a release with few hidden cells that is most of the work. Undefined where the values contradict each other.
 */
export function reduce(system: RelationSystem, bounds: Bounds): Reduced | undefined {
  const lower = bounds.lower.slice();
  const upper = bounds.upper.slice();
  const said: Said[] = Array.from({ length: system.columns }, (_, column) => {
    const [low, high] = [lower[column] ?? 0, upper[column] ?? 0];
    const fixed = high - low <= nearness(high);
    return fixed ? { root: column, scale: 0, shift: high } : { root: column, scale: 1, shift: 0 };
  });
  const through = (column: number): Said => {
    const own = said[column] as Said;
    if (own.scale === 0 || own.root === column) return own;
    const root = through(own.root);
    const result = { root: root.root, scale: own.scale * root.scale, shift: own.scale * root.shift + own.shift };
    said[column] = result;
    return result;
  };
  const rows: Term[][] = [];
  for (let row = 0; row < rowCount(system.relations); row += 1) {
    const { starts, columns, values } = system.relations;
    const terms: Term[] = [];
    for (let k = starts[row] ?? 0; k < (starts[row + 1] ?? 0); k += 1) {
      terms.push({ column: columns[k] ?? 0, value: values[k] ?? 0 });
    }
    rows.push(terms);
  }
  const totals = [...system.totals];
  let open = rows.map((_, row) => row);
  for (let changed = true; changed; ) {
    changed = false;
    const left: number[] = [];
    for (const row of open) {
      const { terms, total, size } = rewritten(rows[row] ?? [], totals[row] ?? 0, through);
      const near = nearness(size) * 100;
      rows[row] = terms;
      totals[row] = total;
      const [first, second] = terms;
      if (first === undefined) {
        if (Math.abs(total) > near) return undefined;
        continue;
      }
      if (second === undefined) {
        const value = total / first.value;
        if (value < (lower[first.column] ?? 0) - near || value > (upper[first.column] ?? 0) + near) return undefined;
        said[first.column] = { root: first.column, scale: 0, shift: clean(value) };
        changed = true;
        continue;
      }
      const scale = -second.value / first.value;
      if (terms.length > 2 || (system.integral && Math.abs(scale) !== 1)) {
        left.push(row);
        continue;
      }
      // first = scale * second + shift
      const shift = total / first.value;
      const [a, b] = [((lower[first.column] ?? 0) - shift) / scale, ((upper[first.column] ?? 0) - shift) / scale];
      const low = Math.max(lower[second.column] ?? 0, Math.min(a, b));
      const high = Math.min(upper[second.column] ?? 0, Math.max(a, b));
      if (low > high + near) return undefined;
      said[first.column] = { root: second.column, scale, shift };
      lower[second.column] = low;
      upper[second.column] = high;
      if (high - low <= near) said[second.column] = { root: second.column, scale: 0, shift: high };
      changed = true;
    }
    open = left;
  }
  const all = said.map((_, column) => through(column));
  const roots = all.flatMap(({ root, scale }, column) => (root === column && scale === 1 ? [column] : []));
  const kept = new Map<string, { terms: readonly Term[]; total: number }>();
  for (const row of open) {
    const terms = rows[row] ?? [];
    const key = terms.map(({ column, value }) => `${column}:${value}`).join(' ');
    kept.set(key, { terms, total: totals[row] ?? 0 });
  }
  return { said: all, roots, bounds: { lower, upper }, rows: [...kept.values()] };
}

/** A relation in the columns that are left, in their order, the first coefficient above zero. */
function rewritten(terms: readonly Term[], total: number, through: (column: number) => Said) {
  const sums = new Map<number, number>();
  let rest = total;
  let size = Math.abs(total);
  for (const { column, value } of terms) {
    const { root, scale, shift } = through(column);
    rest -= value * shift;
    size = Math.max(size, Math.abs(value * shift));
    if (scale !== 0) sums.set(root, (sums.get(root) ?? 0) + value * scale);
  }
  const left = [...sums]
    .map(([column, value]) => ({ column, value: clean(value) }))
    .filter(({ value }) => value !== 0)
    .sort((a, b) => a.column - b.column);
  const sign = (left[0]?.value ?? 1) < 0 ? -1 : 1;
  return { terms: left.map(({ column, value }) => ({ column, value: sign * value })), total: sign * clean(rest), size };
}

/** Without the noise of floating point around a whole number. */
function clean(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value - whole) <= nearness(value) ? whole : value;
}
