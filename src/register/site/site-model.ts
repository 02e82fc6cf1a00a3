import { type Figures, figuresOf } from '../figures.ts';
import { IndexedRegister } from '../indexed-register.ts';
import { MixedOptOutList } from '../mixed-opt-outs.ts';
import { nameKey } from '../name-key.ts';
import type { Register } from '../register.ts';
import { NameList } from '../store/name-list.ts';
import { AgreementSubjects } from './agreement-subjects.ts';
import { nameOrder } from './name-order.ts';
import { Subjects } from './subjects.ts';

/**
 * What the pages of the site are made from. Of rows and texts it holds numbers alone; names of organisations,
 * agreements and datasets stand in memory.
 */
export interface SiteModel {
  readonly indexed: IndexedRegister;
  readonly figures: Figures;
  readonly mixed: MixedOptOutList;
  readonly organisations: Subjects;
  readonly agreements: AgreementSubjects;
  readonly datasets: Subjects;
  /** The organisation that each agreement is with, by its latest version or, where none is described, its last row. */
  readonly organisationOf: Int32Array;
  /** The type that its latest version gives each agreement's organisation; `''` where it gives none. */
  readonly typeOf: (agreement: number) => string;
  /** What organisations and datasets were called before renames. */
  readonly formerOrganisations: FormerNames;
  readonly formerDatasets: FormerNames;
  /** Other spellings of an organisation's name, which the register keeps as they are. */
  readonly alike: (organisation: number) => readonly number[];
  /** The agreements by organisation and name, as people look them up. */
  readonly agreementsInOrder: readonly number[];
}

type FormerNames = ReadonlyMap<string, ReadonlySet<string>>;

export function siteModel(register: Register): SiteModel {
  const formerOrganisations = new Map<string, Set<string>>();
  const formerDatasets = new Map<string, Set<string>>();
  const indexed = new IndexedRegister(register, ({ asAmendment, withdrawn, values, formerly }) => {
    if (asAmendment || withdrawn !== undefined) return;
    if (formerly.organisation !== undefined) add(formerOrganisations, values.organisation, formerly.organisation);
    if (formerly.dataset !== undefined) add(formerDatasets, values.dataset, formerly.dataset);
  });
  const agreements = new AgreementSubjects(indexed);
  const [organisationNames, datasetNames] = [copyOf(indexed.organisations), copyOf(indexed.datasets)];
  for (const title of indexed.versions.granted) datasetNames.numberOf(title);
  const [organisationOf, latestOf] = [new Int32Array(agreements.size), new Int32Array(agreements.size)];
  for (let agreement = 0; agreement < agreements.size; agreement += 1) {
    const versions = agreements.versionNumbers(agreement);
    const latest = versions.at(-1);
    const last = latest === undefined ? agreements.standingRows(agreement).at(-1) : undefined;
    const ofRow = last === undefined ? '' : indexed.organisations.name(indexed.organisationOf[last] ?? -1);
    const name = latest === undefined ? ofRow : indexed.versions.organisation(latest);
    organisationOf[agreement] = organisationNames.numberOf(name);
    latestOf[agreement] = latest ?? -1;
    for (const version of versions) {
      const former = indexed.versions.formerOrganisation(version);
      if (former !== undefined) add(formerOrganisations, name, former);
    }
  }
  const organisations = new Subjects(organisationNames);
  const mixed = new MixedOptOutList(indexed);
  return {
    ...{ indexed, mixed, figures: figuresOf(indexed, mixed.size) },
    ...{ organisations, agreements, datasets: new Subjects(datasetNames), organisationOf },
    typeOf: (agreement) => {
      const latest = latestOf[agreement] ?? -1;
      return latest < 0 ? '' : indexed.versions.type(latest);
    },
    ...{ formerOrganisations, formerDatasets },
    alike: spellings(organisationNames),
    agreementsInOrder: nameOrder(
      Array.from(agreements.names, (name, agreement) => {
        return `${organisationNames.name(organisationOf[agreement] ?? -1)} ${name}`;
      }),
    ),
  };
}

function copyOf(names: NameList): NameList {
  const copy = new NameList();
  for (const name of names) copy.numberOf(name);
  return copy;
}

function add(names: Map<string, Set<string>>, name: string, former: string): void {
  const known = names.get(name);
  if (known === undefined) names.set(name, new Set([former]));
  else known.add(former);
}

function spellings(names: NameList): (number: number) => readonly number[] {
  const byKey = new Map<string, number[]>();
  for (const [number, name] of Array.from(names).entries()) {
    const key = nameKey(name);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, [number]);
    else known.push(number);
  }
  const several = new Map<number, readonly number[]>();
  for (const numbers of byKey.values()) {
    if (numbers.length === 1) continue;
    for (const number of numbers)
      several.set(
        number,
        numbers.filter((other) => other !== number),
      );
  }
  return (number) => several.get(number) ?? [];
}
