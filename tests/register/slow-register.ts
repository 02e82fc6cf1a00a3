import type { DateRange } from '../../src/kernel/date-range.ts';
import { sameButForTypography } from '../../src/kernel/folded-text.ts';
import type { FactsOf, PublishedFacts } from '../../src/ledger/published-facts.ts';
import { type AgreementChange, type AgreementVersion, flatFacts, stemOf } from '../../src/register/agreement-facts.ts';
import { type Change, changesOfRow } from '../../src/register/changes.ts';
import type { SequencedFacts } from '../../src/register/register-fold.ts';
import { type RegisterRow, ROW_FIELDS, type RowAmendment, type RowField } from '../../src/register/register-row.ts';
import { type Rename, renamedFacts, renamer } from '../../src/register/renames.ts';
import { fieldName, printed } from '../../src/register/words.ts';

type SlowVersion = AgreementVersion & { readonly changes: readonly AgreementChange[] };

export interface SlowRegister {
  readonly range: DateRange;
  readonly rows: readonly RegisterRow[];
  readonly agreements: ReadonlyMap<string, SlowVersion>;
  readonly renames: readonly Rename[];
  readonly editions: readonly FactsOf<'edition'>[];
}

/** Everything that was changed, in the order in which it was recorded. */
export function slowChanges({ rows, agreements, renames }: SlowRegister): Change[] {
  const changes = rows.flatMap(changesOfRow);
  for (const { reference, facts, changes: said } of agreements.values()) {
    for (const { seq, on, what, from, to, reason = '', ofSubstance } of said) {
      const { organisation } = facts;
      const about = { about: reference, agreement: reference, organisation };
      changes.push({ ...about, seq, on, kind: 'agreement changed', what, from, to, reason, ofSubstance });
    }
  }
  for (const { seq, recorded: on, what, from, to, reason } of renames) {
    const organisation = what === 'organisation' ? to : '';
    const about = { about: '', agreement: '', organisation, ofSubstance: false };
    changes.push({ ...about, seq, on, kind: 'renamed', what: fieldName(what), from, to, reason });
  }
  return changes.sort((a, b) => a.seq - b.seq);
}

/** A row that facts can still change. */
interface Draft extends Omit<RegisterRow, 'values' | 'withdrawn' | 'amendments' | 'replacedBy'> {
  readonly values: Record<RowField, string>;
  readonly amendments: RowAmendment[];
  withdrawn: RegisterRow['withdrawn'];
  replacedBy: string | undefined;
}

interface DraftVersion {
  readonly firstSeq: number;
  readonly known: string;
  seq: number;
  facts: FactsOf<'described'>;
  readonly changes: AgreementChange[];
}

/**
 * The register as a fold over arrays and maps, all of it in memory: slow to hold and plain to read, so that the one over
 * a scratch can be held against it.
 */
export function slowRegister(log: Iterable<SequencedFacts>, range: DateRange): SlowRegister {
  const fold = new Fold(range);
  for (const { seq, facts } of log) fold.take(seq, facts);
  return fold.register();
}

class Fold {
  readonly #range: DateRange;
  readonly #intended = new Map<string, { readonly seq: number; readonly facts: FactsOf<'intended'> }>();
  readonly #editions = new Map<string, FactsOf<'edition'>>();
  readonly #rows: Draft[] = [];
  readonly #rowsBySeq = new Map<number, Draft[]>();
  readonly #rowsById = new Map<string, Draft[]>();
  readonly #agreements = new Map<string, DraftVersion>();
  readonly #titles = new Map<string, string>();
  readonly #renames: Rename[] = [];

  constructor(range: DateRange) {
    this.#range = range;
  }

  take(seq: number, facts: PublishedFacts): void {
    switch (facts.kind) {
      case 'intended':
        if (!this.#intended.has(facts.release)) this.#intended.set(facts.release, { seq, facts });
        return;
      case 'edition':
        this.#editions.set(facts.edition, facts);
        return;
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
    const intended = this.#intended.get(release);
    if (intended === undefined) return;
    this.#intended.delete(release); // delivered once, whatever is said again
    const { seq, facts } = intended;
    for (const file of facts.files) {
      const title = this.#titles.get(`${facts.agreement} ${file.dataset}`) ?? file.dataset;
      this.#add({
        ...rowOf(seq, file.file, 'file', { from: day, to: day }, day),
        values: this.#values({
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
      const old = this.#rowsById.get(facts.replaces)?.at(-1);
      if (old !== undefined) old.replacedBy = facts.files[0]?.file;
    }
  }

  #access(seq: number, facts: FactsOf<'accessed'>): void {
    const known = facts.late === undefined ? facts.period.to : facts.recorded;
    if (!this.#isKnown(known)) return;
    this.#add({
      ...rowOf(seq, facts.file, 'access', facts.period, known, facts.late),
      values: this.#values({
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
    const edition = this.#editions.get(of);
    if (edition === undefined) return;
    const known = knownOf(edition);
    if (!this.#isKnown(known)) return;
    const [id = '', ...rest] = cells.map((cell) => cell ?? '');
    const values = Object.fromEntries(ROW_FIELDS.map((field, index) => [field, rest[index] ?? '']));
    this.#add({
      ...rowOf(seq, id, 'imported', edition.period, known, edition.late),
      values: this.#values(values),
      asAmendment: sheet === 'amendments',
    });
  }

  #add(draft: Draft): void {
    this.#rows.push(draft);
    append(this.#rowsBySeq, draft.seq, draft);
    append(this.#rowsById, draft.id, draft);
  }

  #values(said: Readonly<Record<string, unknown>>): Record<RowField, string> {
    return Object.fromEntries(ROW_FIELDS.map((field) => [field, printed(field, said[field])])) as Record<
      RowField,
      string
    >;
  }

  #describe(seq: number, facts: FactsOf<'described'>): void {
    for (const { dataset, title } of facts.datasets ?? []) this.#titles.set(`${facts.agreement} ${dataset}`, title);
    const edition = facts.edition === undefined ? undefined : this.#editions.get(facts.edition);
    const known = edition === undefined ? facts.recorded : knownOf(edition);
    if (!this.#isKnown(known)) return;
    const before = this.#agreements.get(facts.agreement);
    if (before === undefined) {
      this.#agreements.set(facts.agreement, { firstSeq: seq, known, seq, facts, changes: [] });
      return;
    }
    const [old, now] = [flatFacts(renamedFacts(before, renamer(this.#renames))), flatFacts(facts)];
    for (const [what, from] of old) {
      // An edition that says less than we know takes nothing back.
      const to = now.get(what) ?? (edition === undefined ? '' : from);
      if (to !== from) before.changes.push(changeOf(seq, known, what, from, to, facts.reason));
    }
    before.facts = edition === undefined ? facts : { ...before.facts, ...facts };
    before.seq = seq;
  }

  #amend(seq: number, facts: FactsOf<'amended'>): void {
    const { file, agreement, entry, field, to, reason, recorded } = facts;
    if (agreement !== undefined) {
      const version = this.#agreements.get(agreement);
      if (version === undefined) return;
      const old = flatFacts(version.facts);
      version.facts = { ...version.facts, [field]: to ?? undefined };
      version.seq = seq;
      const now = flatFacts(version.facts);
      for (const what of new Set([...old.keys(), ...now.keys()])) {
        const [before, after] = [old.get(what) ?? '', now.get(what) ?? ''];
        if (before !== after) version.changes.push(changeOf(seq, recorded, what, before, after, reason));
      }
      return;
    }
    const row = this.#rowNamed(file ?? '', entry);
    if (row === undefined || !isRowField(field)) return;
    const after = printed(field, to);
    const ofSubstance = !sameButForTypography(row.values[field], after);
    row.amendments.push({ seq, on: recorded, field, from: row.values[field], to: after, reason, ofSubstance });
    row.values[field] = after;
  }

  #withdraw(seq: number, { file, entry, reason, recorded }: FactsOf<'withdrawn'>): void {
    const row = this.#rowNamed(file, entry);
    if (row !== undefined) row.withdrawn ??= { on: recorded, seq, reason };
  }

  #rowNamed(id: string, seq: number | undefined): Draft | undefined {
    const named = seq === undefined ? this.#rowsById.get(id) : this.#rowsBySeq.get(seq);
    return named?.findLast((row) => row.id === id);
  }

  register(): SlowRegister {
    const nameOf = renamer(this.#renames);
    const rows = this.#rows.map((draft): RegisterRow => {
      const { values, seq } = draft;
      const organisation = nameOf('organisation', values.organisation, seq);
      const dataset = nameOf('dataset', values.dataset, seq);
      if (organisation === values.organisation && dataset === values.dataset) return draft;
      const formerly = {
        ...(organisation === values.organisation ? {} : { organisation: values.organisation }),
        ...(dataset === values.dataset ? {} : { dataset: values.dataset }),
      };
      return { ...draft, values: { ...values, organisation, dataset }, formerly };
    });
    const agreements = new Map(
      [...this.#agreements].map(([reference, { facts, ...version }]): [string, SlowVersion] => {
        const named = renamedFacts({ seq: version.seq, facts }, nameOf);
        const formerOrganisation = named.organisation === facts.organisation ? undefined : facts.organisation;
        return [reference, { reference, stem: stemOf(reference), ...version, facts: named, formerOrganisation }];
      }),
    );
    const editions = [...this.#editions.values()].filter((edition) => this.#isKnown(knownOf(edition)));
    return { range: this.#range, rows, agreements, renames: this.#renames, editions };
  }
}

/** When an edition's rows became public: at the end of its days, unless they were left out then. */
function knownOf({ period, late, recorded }: FactsOf<'edition'>): string {
  return late === undefined ? period.to : recorded;
}

const NEVER_RENAMED = {};

function rowOf(
  seq: number,
  id: string,
  source: RegisterRow['source'],
  released: { readonly from: string; readonly to: string },
  known: string,
  late: string | undefined = undefined,
): Omit<Draft, 'values'> {
  return {
    seq,
    id,
    source,
    released: released as DateRange,
    known,
    late,
    formerly: NEVER_RENAMED,
    asAmendment: false,
    amendments: [],
    withdrawn: undefined,
    replaces: undefined,
    replacedBy: undefined,
  };
}

function changeOf(
  seq: number,
  on: string,
  what: string,
  from: string,
  to: string,
  reason: string | undefined,
): AgreementChange {
  return { seq, on, what, from, to, reason, ofSubstance: !sameButForTypography(from, to) };
}

function isRowField(field: string): field is RowField {
  return ROW_FIELDS.some((each) => each === field);
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
