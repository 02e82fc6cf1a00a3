import type { DateRange } from '../kernel/date-range.ts';
import { sameButForTypography } from '../kernel/folded-text.ts';
import type { FactsOf, PublishedFacts } from '../ledger/published-facts.ts';
import { flatFacts } from './agreement-facts.ts';
import { PendingReleases } from './pending-releases.ts';
import { type Edition, Register, type StoredChange, type StoredVersion } from './register.ts';
import { ROW_FIELDS, type RowField } from './register-row.ts';
import { type Rename, renamedFacts, renamer } from './renames.ts';
import { KeyIndex } from './store/key-index.ts';
import { RecordList } from './store/record-list.ts';
import { RowList, type UnnamedRow } from './store/row-list.ts';
import type { Scratch } from './store/scratch.ts';
import { printed } from './words.ts';

/** Facts of an entry and its place in the ledger. */
export interface SequencedFacts {
  readonly seq: number;
  readonly facts: PublishedFacts;
}

/** The register of some days, from facts that are at hand. */
export function registerOf(log: Iterable<SequencedFacts>, range: DateRange, scratch: Scratch): Register {
  const fold = new RegisterFold(range, scratch);
  for (const { seq, facts } of log) fold.take(seq, facts);
  return fold.register();
}

/**
 * Computes the register from the facts of the ledger's entries, oldest first. An entry counts from the day on which it
 * was recorded; what an imported edition says counts from the end of its own days, when it was public already. So a
 * quarter looks the same whether it is published in the week after or years later. Texts lie in the scratch: memory
 * holds some 24 bytes for each row and agreement version, and the few renames.
 */
export class RegisterFold {
  readonly #range: DateRange;
  readonly #scratch: Scratch;
  /** Releases that were intended and not delivered yet. */
  readonly #pending: PendingReleases;
  readonly #editions = new Map<string, { readonly edition: Edition; readonly notes: number }>();
  readonly #notes: RecordList<FactsOf<'edition'>['notes']>;
  readonly #rows: RowList;
  readonly #rowsById = new KeyIndex();
  readonly #versions: RecordList<StoredVersion>;
  readonly #versionsByReference = new KeyIndex();
  readonly #changes: RecordList<StoredChange>;
  /** What an agreement calls its datasets, also where that was said after the end of the days. */
  readonly #titles: RecordList<{ readonly agreement: string; readonly titles: Readonly<Record<string, string>> }>;
  readonly #titlesByAgreement = new KeyIndex();
  readonly #renames: Rename[] = [];

  constructor(range: DateRange, scratch: Scratch) {
    this.#range = range;
    this.#scratch = scratch;
    this.#pending = new PendingReleases(scratch);
    this.#notes = new RecordList(scratch);
    this.#rows = new RowList(scratch);
    this.#versions = new RecordList(scratch);
    this.#changes = new RecordList(scratch);
    this.#titles = new RecordList(scratch);
  }

  take(seq: number, facts: PublishedFacts): void {
    switch (facts.kind) {
      case 'intended':
        this.#pending.add({ seq, facts });
        return;
      case 'edition': {
        const { notes, ...edition } = facts;
        this.#editions.set(facts.edition, { edition, notes: this.#notes.push(notes) });
        return;
      }
      case 'delivered':
        if (this.#isKnown(facts.day)) this.#deliver(facts);
        return;
      case 'accessed':
        this.#access(seq, facts);
        return;
      case 'imported':
        this.#import(seq, facts);
        return;
      case 'described':
        this.#describe(seq, facts);
        return;
      case 'amended':
        if (this.#isKnown(facts.recorded)) this.#amend(seq, facts);
        return;
      case 'withdrawn':
        if (this.#isKnown(facts.recorded)) this.#withdraw(seq, facts);
        return;
      case 'renamed':
        if (this.#isKnown(facts.recorded)) this.#renames.push({ ...facts, seq });
        return;
    }
  }

  #isKnown(day: string): boolean {
    return day <= this.#range.to;
  }

  #deliver({ release, day }: FactsOf<'delivered'>): void {
    const intended = this.#pending.take(release); // delivered once, whatever is said again
    if (intended === undefined) return;
    const { seq, facts } = intended;
    const titles = this.#titlesOf(facts.agreement)?.titles ?? {};
    for (const file of facts.files) {
      const title = Object.hasOwn(titles, file.dataset) ? titles[file.dataset] : file.dataset;
      this.#add({
        ...rowOf(seq, file.file, 'file', { from: day, to: day }, day),
        values: valuesOf({
          organisation: facts.recipient,
          dataset: title,
          identifiability: file.identifiability,
          sensitive: file.sensitive,
          legal_basis: file.legal_basis,
          frequency: file.frequency,
          agreement: facts.agreement,
          opt_outs: file.opt_outs,
          common_law_duty: file.common_law_duty,
        }),
        replaces: facts.replaces === undefined ? undefined : { id: facts.replaces, because: facts.because ?? '' },
      });
    }
    if (facts.replaces !== undefined) {
      const replacedBy = facts.files[0]?.file;
      this.#change(this.#rowNamed(facts.replaces, undefined), () => ({ replacedBy }));
    }
  }

  #access(seq: number, facts: FactsOf<'accessed'>): void {
    const known = facts.late === undefined ? facts.period.to : facts.recorded;
    if (!this.#isKnown(known)) return;
    this.#add({
      ...rowOf(seq, facts.file, 'access', facts.period, known, facts.late),
      values: valuesOf({
        organisation: facts.organisation,
        dataset: facts.title,
        identifiability: facts.identifiability,
        sensitive: facts.sensitive,
        legal_basis: facts.legal_basis,
        frequency: 'system-access',
        agreement: facts.agreement,
        opt_outs: facts.opt_outs,
        common_law_duty: facts.common_law_duty,
      }),
    });
  }

  #import(seq: number, { edition: of, sheet, cells }: FactsOf<'imported'>): void {
    const edition = this.#editions.get(of)?.edition;
    if (edition === undefined) return;
    const known = knownOf(edition);
    if (!this.#isKnown(known)) return;
    const [id = '', ...rest] = cells.map((cell) => cell ?? '');
    const values = Object.fromEntries(ROW_FIELDS.map((field, index) => [field, rest[index] ?? '']));
    this.#add({
      ...rowOf(seq, id, 'imported', edition.period, known, edition.late),
      values: valuesOf(values),
      asAmendment: sheet === 'amendments',
    });
  }

  #add(row: UnnamedRow): void {
    this.#rows.push(row);
    this.#rowsById.add(row.id);
  }

  #describe(seq: number, facts: FactsOf<'described'>): void {
    this.#entitle(facts);
    const edition = facts.edition === undefined ? undefined : this.#editions.get(facts.edition)?.edition;
    const known = edition === undefined ? facts.recorded : knownOf(edition);
    if (!this.#isKnown(known)) return;
    const number = this.#versionNamed(facts.agreement);
    if (number === undefined) {
      this.#versions.push({ reference: facts.agreement, firstSeq: seq, known, seq, facts });
      this.#versionsByReference.add(facts.agreement);
      return;
    }
    const before = this.#versions.get(number);
    const [old, now] = [flatFacts(renamedFacts(before, renamer(this.#renames))), flatFacts(facts)];
    for (const [what, from] of old) {
      // An edition that says less than we know takes nothing back.
      const to = now.get(what) ?? (edition === undefined ? '' : from);
      if (to !== from) this.#changes.push(changeOf(number, seq, known, what, from, to, facts.reason));
    }
    this.#versions.replace(number, {
      ...before,
      facts: edition === undefined ? facts : { ...before.facts, ...facts },
      seq,
    });
  }

  #entitle({ agreement, datasets }: FactsOf<'described'>): void {
    if (datasets === undefined || datasets.length === 0) return;
    const known = this.#titlesOf(agreement);
    const said = Object.fromEntries(datasets.map(({ dataset, title }) => [dataset, title]));
    if (known === undefined) {
      this.#titles.push({ agreement, titles: said });
      this.#titlesByAgreement.add(agreement);
    } else {
      this.#titles.replace(known.number, { agreement, titles: { ...known.titles, ...said } });
    }
  }

  #titlesOf(agreement: string): { readonly number: number; readonly titles: Record<string, string> } | undefined {
    let titles: Record<string, string> = {};
    const number = this.#titlesByAgreement.findLast(agreement, (at) => {
      const found = this.#titles.get(at);
      titles = found.titles;
      return found.agreement === agreement;
    });
    return number === undefined ? undefined : { number, titles };
  }

  #amend(seq: number, facts: FactsOf<'amended'>): void {
    const { file, agreement, entry, field, to, reason, recorded } = facts;
    if (agreement !== undefined) {
      const number = this.#versionNamed(agreement);
      if (number === undefined) return;
      const version = this.#versions.get(number);
      const amended = { ...version.facts, [field]: to ?? undefined };
      this.#versions.replace(number, { ...version, facts: amended, seq });
      const [old, now] = [flatFacts(version.facts), flatFacts(amended)];
      for (const what of new Set([...old.keys(), ...now.keys()])) {
        const [before, after] = [old.get(what) ?? '', now.get(what) ?? ''];
        if (before !== after) this.#changes.push(changeOf(number, seq, recorded, what, before, after, reason));
      }
      return;
    }
    if (!isRowField(field)) return;
    this.#change(this.#rowNamed(file ?? '', entry), ({ values, amendments }) => {
      const [from, after] = [values[field], printed(field, to)];
      const ofSubstance = !sameButForTypography(from, after);
      return {
        values: { ...values, [field]: after },
        amendments: [...amendments, { seq, on: recorded, field, from, to: after, reason, ofSubstance }],
      };
    });
  }

  #withdraw(seq: number, { file, entry, reason, recorded }: FactsOf<'withdrawn'>): void {
    this.#change(this.#rowNamed(file, entry), ({ withdrawn }) => ({
      withdrawn: withdrawn ?? { on: recorded, seq, reason },
    }));
  }

  #change(number: number | undefined, said: (row: UnnamedRow) => Partial<UnnamedRow>): void {
    if (number === undefined) return;
    const row = this.#rows.get(number);
    this.#rows.replace(number, { ...row, ...said(row) });
  }

  #rowNamed(id: string, seq: number | undefined): number | undefined {
    return this.#rowsById.findLast(id, (number) => this.#rows.isOf(number, id, seq));
  }

  #versionNamed(reference: string): number | undefined {
    return this.#versionsByReference.findLast(
      reference,
      (number) => this.#versions.get(number).reference === reference,
    );
  }

  register(): Register {
    const editions = [...this.#editions.values()].map(({ edition }) => edition);
    return new Register(
      {
        range: this.#range,
        scratch: this.#scratch,
        rows: this.#rows,
        rowsById: this.#rowsById,
        versions: this.#versions,
        versionsByReference: this.#versionsByReference,
        changes: this.#changes,
        editions: this.#editions,
        notes: this.#notes,
        renames: this.#renames,
      },
      editions.filter((edition) => this.#isKnown(knownOf(edition))),
    );
  }
}

/** When an edition's rows became public: at the end of its days, unless they were left out then. */
function knownOf({ period, late, recorded }: Edition): string {
  return late === undefined ? period.to : recorded;
}

function rowOf(
  seq: number,
  id: string,
  source: UnnamedRow['source'],
  released: { readonly from: string; readonly to: string },
  known: string,
  late: string | undefined = undefined,
): Omit<UnnamedRow, 'values'> {
  return {
    seq,
    id,
    source,
    released: released as DateRange,
    known,
    late,
    asAmendment: false,
    amendments: [],
    withdrawn: undefined,
    replaces: undefined,
    replacedBy: undefined,
  };
}

/** The values in the register's words. */
function valuesOf(said: Readonly<Record<string, unknown>>): Record<RowField, string> {
  const values = {} as Record<RowField, string>;
  for (const field of ROW_FIELDS) values[field] = printed(field, said[field]);
  return values;
}

function changeOf(
  version: number,
  seq: number,
  on: string,
  what: string,
  from: string,
  to: string,
  reason: string | undefined,
): StoredChange {
  return { version, seq, on, what, from, to, reason, ofSubstance: !sameButForTypography(from, to) };
}

function isRowField(field: string): field is RowField {
  return ROW_FIELDS.some((each) => each === field);
}
