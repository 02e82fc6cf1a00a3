import { at } from '../tables/sparse-rows.ts';
import { type Demand, NEAR } from './demands.ts';
import type { Movement } from './router.ts';
import type { Suppression } from './suppression.ts';

/** A way to move for each demand, and which demands go over a column. */
export class Ways {
  readonly #room: Pick<Suppression, 'up' | 'down'>;
  readonly #ways = new Map<Demand, readonly Movement[]>();
  readonly #over = new Map<number, Set<Demand>>();
  readonly #at = new Map<number, Demand[]>();

  constructor(demands: readonly Demand[], room: Pick<Suppression, 'up' | 'down'>) {
    this.#room = room;
    for (const demand of demands) {
      const others = this.#at.get(demand.column);
      if (others === undefined) this.#at.set(demand.column, [demand]);
      else others.push(demand);
    }
  }

  has(demand: Demand): boolean {
    return this.#ways.has(demand);
  }

  set(demand: Demand, way: readonly Movement[]): void {
    for (const { columns } of this.#ways.get(demand) ?? [])
      for (const each of columns) this.#over.get(each)?.delete(demand);
    this.#ways.set(demand, way);
    for (const { columns } of way) {
      for (const each of columns) {
        const set = this.#over.get(each);
        if (set === undefined) this.#over.set(each, new Set([demand]));
        else set.add(demand);
      }
    }
  }

  /** Sets the way of a demand, and of all others that it, or the same the other way round, happens to meet. */
  note(demand: Demand, way: readonly Movement[]): void {
    this.set(demand, way);
    for (const column of way.flatMap(({ columns }) => [...columns])) {
      for (const other of this.#at.get(column) ?? []) {
        if (this.has(other)) continue;
        const met = wayThatMeets(other, way, this.#room);
        if (met !== undefined) this.set(other, met);
      }
    }
  }

  over(column: number): readonly Demand[] {
    return [...(this.#over.get(column) ?? [])];
  }
}

/** A way made for another demand, where it meets this one too; or the opposite of it, where there is room for that. */
export function wayThatMeets(
  demand: Demand,
  way: readonly Movement[],
  room: Pick<Suppression, 'up' | 'down'>,
): readonly Movement[] | undefined {
  const [movement] = way;
  if (movement === undefined || way.length > 1) return undefined;
  if (isMetBy(demand, movement)) return way;
  const opposite = { columns: movement.columns, amounts: movement.amounts.map((amount) => -amount) };
  return isMetBy(demand, opposite) && hasRoom(opposite, room) ? [opposite] : undefined;
}

function isMetBy({ column, sign, amount }: Demand, { columns, amounts }: Movement): boolean {
  const place = columns.indexOf(column);
  if (place < 0) return false;
  const moved = at(amounts, place);
  return (sign === 0 ? Math.abs(moved) : sign * moved) >= amount - NEAR * Math.max(1, amount);
}

function hasRoom({ columns, amounts }: Movement, { up, down }: Pick<Suppression, 'up' | 'down'>): boolean {
  return columns.every((column, place) => {
    const amount = at(amounts, place);
    return amount <= at(up, column) && -amount <= at(down, column);
  });
}
