import type { Row } from './subject.ts';

/*
 * Risk computed slowly and plainly, over arrays: what the engine's sets must agree with.
 */

type Person = { readonly person: number; readonly sets: readonly string[]; readonly rows: readonly Row[] };

/** Each person with, for each column, the sorted set of values that their rows have. */
export function peopleOf(rows: readonly Row[], level: (value: string) => string = (value) => value): Person[] {
  const by = new Map<number, Row[]>();
  for (const row of rows) by.set(row.person, [...(by.get(row.person) ?? []), row]);
  return [...by].map(([person, own]) => ({
    person,
    rows: own,
    sets: (own[0]?.values ?? []).map((_, index) => {
      const values = own
        .map(({ values: each }) => each[index])
        .filter((value) => value !== null && value !== undefined);
      return [...new Set(values.map(level))].sort().join('\u0000');
    }),
  }));
}

export function classSizes(people: readonly Person[], all: readonly Person[]): { f: number; F: number }[] {
  const inside = new Set(people.map(({ person }) => person));
  const same = (a: Person, b: Person): boolean => a.sets.every((set, index) => set === b.sets[index]);
  return people.map((each) => {
    const f = people.filter((other) => same(each, other)).length;
    return { f, F: f + all.filter((other) => !inside.has(other.person) && same(each, other)).length };
  });
}

/** Least number of columns, up to three, that single each person out; undefined where none do. */
export function leastUnique(people: readonly Person[], columns: number): (number | undefined)[] {
  return people.map((each) => {
    for (let size = 1; size <= 3; size += 1) {
      if (setsOf(columns, size).some((set) => isUnique(each, people, set))) return size;
    }
    return undefined;
  });
}

/** How often each minimal set of columns singles somebody out: `0,2` -> people. */
export function minimalSets(people: readonly Person[], columns: number): Map<string, number> {
  const found = new Map<string, number>();
  for (const each of people) {
    const unique = [1, 2, 3].flatMap((size) => setsOf(columns, size)).filter((set) => isUnique(each, people, set));
    for (const set of unique) {
      const isMinimal = !unique.some(
        (other) => other.length < set.length && other.every((index) => set.includes(index)),
      );
      if (isMinimal) found.set(set.join(), (found.get(set.join()) ?? 0) + 1);
    }
  }
  return found;
}

function isUnique(each: Person, people: readonly Person[], set: readonly number[]): boolean {
  return people.filter((other) => set.every((index) => other.sets[index] === each.sets[index])).length === 1;
}

function setsOf(columns: number, size: number): number[][] {
  const all = Array.from({ length: columns }, (_, index) => index);
  const grow = (from: readonly number[], left: number): number[][] =>
    left === 0 ? [[]] : from.flatMap((first, at) => grow(from.slice(at + 1), left - 1).map((rest) => [first, ...rest]));
  return grow(all, size);
}

/** l, t (equal distances), the largest share of one value, and people whose class all have a value. */
export function sensitiveOf(people: readonly Person[]): {
  l: number;
  t: number;
  same: number;
  learnt: number;
  entropy: number;
} {
  const classes = new Map<string, Person[]>();
  for (const each of people) classes.set(each.sets.join('|'), [...(classes.get(each.sets.join('|')) ?? []), each]);
  const valuesOf = (members: readonly Person[]): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const { rows } of members) {
      for (const value of new Set(rows.map(({ sensitive }) => sensitive ?? '')))
        counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    return counts;
  };
  const total = (counts: Map<string, number>): number => [...counts.values()].reduce((sum, n) => sum + n, 0);
  const everybody = valuesOf(people);
  const found = { l: Number.POSITIVE_INFINITY, t: 0, same: 0, learnt: 0, entropy: Number.POSITIVE_INFINITY };
  for (const members of classes.values()) {
    const counts = valuesOf(members);
    const p = (value: string): number => (counts.get(value) ?? 0) / total(counts);
    const largest = Math.max(...counts.values()) / members.length;
    const entropy = -[...counts.keys()].reduce((sum, value) => sum + p(value) * Math.log(p(value)), 0);
    const distance = [...everybody].reduce((sum, [value, n]) => sum + Math.abs(p(value) - n / total(everybody)), 0) / 2;
    found.l = Math.min(found.l, counts.size);
    found.entropy = Math.min(found.entropy, Math.exp(entropy));
    found.t = Math.max(found.t, distance);
    found.same = Math.max(found.same, largest);
    if (largest === 1) found.learnt += members.length;
  }
  return found;
}

/** Whether anybody else has all of these events. */
export function isAlone(person: number, events: readonly string[], rows: readonly Row[]): boolean {
  const others = new Set(rows.map((row) => row.person).filter((other) => other !== person));
  return ![...others].some((other) =>
    events.every((event) => rows.some((row) => row.person === other && row.event === event)),
  );
}
