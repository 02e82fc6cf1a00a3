import { type ClassRisk, classRisk } from './class-risk.ts';
import { type Ask, columnsAt, type Levels, type RiskSubject } from './risk-subject.ts';

/** A way to bring an output under its thresholds: columns in a coarser form, or left out. */
export interface Recoding {
  readonly changes: readonly {
    readonly column: string;
    readonly from: string;
    readonly to: string;
    readonly loss: number;
  }[];
  /**
   * What is lost: of each quasi-identifier the share of its information (entropy over people) that the coarser form
   * no longer has, averaged over all of them. 0 nothing, 1 all.
   */
  readonly loss: number;
  /** Whether every recoding with a smaller loss was tried and is not enough. */
  readonly least: boolean;
  readonly after: ClassRisk;
}

export const LEFT_OUT = 'left out';

/** Up to so many choices of levels are tried one after the other; of more, those on a way down. */
const ALL = 400;
const SHOWN = 3;

/**
 * Recodings along the declared hierarchies that are enough, the least loss first; none that only adds to another.
 * `enough` says whether a measure is under the thresholds. Where there are too many to try, columns are made coarser one
 * step at a time, the step that brings most for its loss, and then finer again where that is still enough.
 */
export async function recodings(
  subject: RiskSubject,
  k: number,
  enough: (risk: ClassRisk) => boolean,
  distance: (risk: ClassRisk) => number,
  ask: Ask,
): Promise<Recoding[]> {
  const losses = await levelLosses(subject, ask);
  const lossOf = (levels: Levels): number =>
    levels.reduce((sum, level, index) => sum + (losses[index]?.[level] ?? 0), 0) / Math.max(1, levels.length);
  const top = subject.quasiIdentifiers.map(({ levels }) => levels.length);
  const measured = new Map<string, Promise<ClassRisk>>();
  const measure = (levels: Levels): Promise<ClassRisk> => {
    const key = levels.join(',');
    const known = measured.get(key) ?? classRisk(subject, levels, k, ask);
    measured.set(key, known);
    return known;
  };
  const described = async (levels: Levels, least: boolean): Promise<Recoding> => ({
    changes: subject.quasiIdentifiers.flatMap(({ name, levels: forms }, index) => {
      const level = levels[index] ?? 0;
      return level === 0
        ? []
        : [
            {
              column: name,
              from: forms[0]?.form ?? '',
              to: forms[level]?.form ?? LEFT_OUT,
              loss: losses[index]?.[level] ?? 1,
            },
          ];
    }),
    loss: lossOf(levels),
    least,
    after: await measure(levels),
  });

  const choices = top.reduce((product, levels) => product * (levels + 1), 1);
  if (choices <= ALL) {
    const found: Levels[] = [];
    const all = everyChoice(top).sort((a, b) => lossOf(a) - lossOf(b) || (a.join() < b.join() ? -1 : 1));
    for (const levels of all) {
      if (found.length === SHOWN) break;
      if (found.some((other) => other.every((level, index) => level <= (levels[index] ?? 0)))) continue;
      if (enough(await measure(levels))) found.push(levels);
    }
    return Promise.all(found.map((levels, index) => described(levels, index === 0)));
  }
  const levels = await wayDown(top, measure, enough, distance, lossOf);
  return levels === undefined ? [] : [await described(levels, false)];
}

async function wayDown(
  top: readonly number[],
  measure: (levels: Levels) => Promise<ClassRisk>,
  enough: (risk: ClassRisk) => boolean,
  distance: (risk: ClassRisk) => number,
  lossOf: (levels: Levels) => number,
): Promise<Levels | undefined> {
  let present: Levels = top.map(() => 0);
  while (!enough(await measure(present))) {
    const before = distance(await measure(present));
    let best: { levels: Levels; worth: number } | undefined;
    for (const [index, most] of top.entries()) {
      const level = present[index] ?? 0;
      if (level >= most) continue;
      const levels = present.with(index, level + 1);
      const gained = before - distance(await measure(levels));
      const worth = gained / Math.max(lossOf(levels) - lossOf(present), 1e-9);
      if (best === undefined || worth > best.worth) best = { levels, worth };
    }
    if (best === undefined) return undefined;
    present = best.levels;
  }
  const dearest = [...top.keys()].sort(
    (a, b) => lossOf(only(top, b, present)) - lossOf(only(top, a, present)) || a - b,
  );
  for (const index of dearest) {
    for (let level = 0; level < (present[index] ?? 0); level += 1) {
      const finer = present.with(index, level);
      if (enough(await measure(finer))) {
        present = finer;
        break;
      }
    }
  }
  return present;
}

function only(top: readonly number[], index: number, levels: Levels): Levels {
  return top.map((_, each) => (each === index ? (levels[each] ?? 0) : 0));
}

function everyChoice(top: readonly number[]): Levels[] {
  return top.reduce<number[][]>(
    (choices, most) => choices.flatMap((choice) => Array.from({ length: most + 1 }, (_, level) => [...choice, level])),
    [[]],
  );
}

/** For each column and level the share of the information at the finest level that is lost; leaving it out loses all. */
async function levelLosses(subject: RiskSubject, ask: Ask): Promise<number[][]> {
  const losses: number[][] = [];
  for (const [index, { levels }] of subject.quasiIdentifiers.entries()) {
    const entropies: number[] = [];
    for (const level of levels.keys()) {
      const columns = columnsAt(
        subject,
        subject.quasiIdentifiers.map(({ levels: each }, other) => (other === index ? level : each.length)),
      );
      const [row = {}] = await ask(
        `SELECT coalesce(-sum(f / n * ln(f / n)), 0) AS entropy FROM (SELECT count(*) AS f FROM ${subject.people} GROUP BY ${columns.join(', ')}), (SELECT count(*) AS n FROM ${subject.people})`,
      );
      entropies.push(Number(row['entropy']));
    }
    const whole = entropies[0] ?? 0;
    losses.push([
      ...entropies.map((entropy) => (whole <= 0 ? 0 : Math.max(0, 1 - entropy / whole))),
      whole <= 0 ? 0 : 1,
    ]);
  }
  return losses;
}
