import { type AgreementVersion, compareVersions, stemOf } from '../agreement-facts.ts';
import { allChanges, type Change, changesOfRange } from '../changes.ts';
import { type Figures, figuresOf } from '../figures.ts';
import { type MixedOptOuts, mixedOptOuts } from '../mixed-opt-outs.ts';
import { nameKey } from '../name-key.ts';
import type { Register } from '../register.ts';
import type { RegisterRow } from '../register-row.ts';
import { rowsOfRange, standingRows } from '../register-views.ts';

/** Something that has a page of its own: its name, the page's name, and its rows. */
export interface Subject {
  readonly name: string;
  readonly slug: string;
  /** Standing rows, all days. */
  readonly rows: readonly RegisterRow[];
}

export interface OrganisationSubject extends Subject {
  readonly type: string;
  readonly formerly: readonly string[];
  readonly agreements: readonly AgreementSubject[];
  /** Other spellings of the name, which the register keeps as they are. */
  readonly alike: readonly { readonly name: string; readonly slug: string }[];
}

/** An agreement with all its versions, oldest first; the name is the stem of the reference. */
export interface AgreementSubject extends Subject {
  readonly versions: readonly AgreementVersion[];
  readonly organisation: string;
  readonly title: string;
  /** Withdrawn rows as well. */
  readonly allRows: readonly RegisterRow[];
}

/** What the pages of the site are made from, computed once. */
export interface SiteModel {
  readonly register: Register;
  readonly figures: Figures;
  /** Rows of the publication's days. */
  readonly rows: readonly RegisterRow[];
  readonly standing: readonly RegisterRow[];
  readonly changes: readonly Change[];
  readonly allChanges: readonly Change[];
  readonly mixed: readonly MixedOptOuts[];
  readonly organisations: ReadonlyMap<string, OrganisationSubject>;
  readonly agreements: ReadonlyMap<string, AgreementSubject>;
  readonly datasets: ReadonlyMap<string, Subject>;
}

export function siteModel(register: Register): SiteModel {
  const rows = rowsOfRange(register);
  const standing = standingRows(register);
  const agreements = agreementSubjects(register, standing);
  return {
    register,
    figures: figuresOf(register),
    rows,
    standing,
    changes: changesOfRange(register),
    allChanges: allChanges(register),
    mixed: mixedOptOuts(rows),
    organisations: organisationSubjects(standing, agreements),
    agreements,
    datasets: datasetSubjects(register, standing),
  };
}

function agreementSubjects(register: Register, standing: readonly RegisterRow[]): Map<string, AgreementSubject> {
  const versions = grouped([...register.agreements.values()], ({ stem }) => stem);
  const rows = grouped(standing, ({ values }) => stemOf(values.agreement));
  const all = grouped(register.rows, ({ values }) => stemOf(values.agreement));
  const slugs = new Slugs();
  return new Map(
    [...new Set([...versions.keys(), ...rows.keys()])].map((stem): [string, AgreementSubject] => {
      const known = [...(versions.get(stem) ?? [])].sort((a, b) => compareVersions(a.reference, b.reference));
      const latest = known.at(-1);
      const own = rows.get(stem) ?? [];
      return [
        stem,
        {
          name: stem,
          slug: slugs.of(stem),
          versions: known,
          rows: own,
          allRows: all.get(stem) ?? [],
          organisation: latest?.facts.organisation ?? own.at(-1)?.values.organisation ?? '',
          title: latest?.facts.title ?? '',
        },
      ];
    }),
  );
}

function organisationSubjects(
  standing: readonly RegisterRow[],
  agreements: ReadonlyMap<string, AgreementSubject>,
): Map<string, OrganisationSubject> {
  const rows = grouped(standing, ({ values }) => values.organisation);
  const theirs = grouped([...agreements.values()], ({ organisation }) => organisation);
  const names = [...new Set([...rows.keys(), ...theirs.keys()])];
  const slugs = new Slugs();
  const slugOf = new Map(names.map((name) => [name, slugs.of(name)]));
  const spellings = grouped(names, nameKey);
  return new Map(
    names.map((name): [string, OrganisationSubject] => {
      const own = rows.get(name) ?? [];
      const named = theirs.get(name) ?? [];
      const through = own.flatMap(({ values }) => agreements.get(stemOf(values.agreement)) ?? []);
      const formerly = [
        ...own.flatMap((row) => row.formerly.organisation ?? []),
        ...named.flatMap(({ versions }) => versions.flatMap((version) => version.formerOrganisation ?? [])),
      ];
      const alike = (spellings.get(nameKey(name)) ?? []).filter((other) => other !== name);
      return [
        name,
        {
          name,
          slug: slugOf.get(name) ?? '',
          rows: own,
          agreements: [...new Set([...named, ...through])],
          type: named.map(({ versions }) => versions.at(-1)?.facts.organisation_type ?? '').find(Boolean) ?? '',
          formerly: [...new Set(formerly)],
          alike: alike.map((other) => ({ name: other, slug: slugOf.get(other) ?? '' })),
        },
      ];
    }),
  );
}

function datasetSubjects(register: Register, standing: readonly RegisterRow[]): Map<string, Subject> {
  const rows = grouped(standing, ({ values }) => values.dataset);
  const granted = [...register.agreements.values()].flatMap(({ facts }) => (facts.datasets ?? []).map((d) => d.title));
  const slugs = new Slugs();
  return new Map(
    [...new Set([...rows.keys(), ...granted])].map((name) => [
      name,
      { name, slug: slugs.of(name), rows: rows.get(name) ?? [] },
    ]),
  );
}

/** Names for pages: plain letters, digits and hyphens, each once. */
class Slugs {
  readonly #used = new Set<string>();

  of(name: string): string {
    const plain = name
      .normalize('NFKD')
      .toLowerCase()
      .replaceAll('&', ' and ')
      .replaceAll(/[\u0300-\u036f'’]/g, '')
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 80);
    const base = plain === '' ? 'unnamed' : plain;
    let slug = base;
    for (let count = 2; this.#used.has(slug); count += 1) slug = `${base}-${count}`;
    this.#used.add(slug);
    return slug;
  }
}

export function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** Names as people look them up: without case, numbers by their value; the same order on every machine. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  const [x, y] = [nameKey(a.name), nameKey(b.name)];
  return x < y ? -1 : x > y ? 1 : a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
