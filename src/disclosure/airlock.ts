import { findColumn } from '../catalogue/dataset.ts';
import { grants } from '../catalogue/derivation.ts';
import { quoteName } from '../relation/print-sql.ts';
import type { AirlockBrief, DeclaredColumn } from './airlock-brief.ts';
import { type AirlockFinding, type AirlockTables, finding, type Query } from './airlock-tables.ts';
import { dateLooks, judgeBirthDates, textLooks } from './birth-dates.ts';
import { profile, type TextColumn, VALUES } from './column-profile.ts';
import { type Counted, countHits } from './count-hits.ts';
import { isTooShortToTell, showsMore } from './forms.ts';
import { dropSuspects, judgeLooks, type Look, looksFor, ownCondition } from './own-values.ts';
import { readsLikeIdentifiers } from './reads-like.ts';
import { callWitnesses, dropWitnesses, FORMER, WITNESS } from './witness.ts';

export type { AirlockFinding, AirlockTables, Query };

const TOKEN = 'TOKEN_PERSON_ID';

/**
 * The look at a finished output before it leaves (design, section 4, step 9). It knows the grant and what the file
 * declares to be, not the plan that made it, and shares no code with it. `look` once for each part of the file.
 */
export class Airlock {
  readonly #brief: AirlockBrief;
  readonly #query: Query;

  constructor(brief: AirlockBrief, query: Query) {
    this.#brief = brief;
    this.#query = query;
  }

  async look(tables: AirlockTables): Promise<AirlockFinding[]> {
    const { output } = tables;
    const key = this.#key();
    const described = await this.#query(`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${output})`);
    const types = new Map(described.map((row) => [String(row['column_name']), String(row['column_type'])]));
    const names = [...types.keys()];
    const ungranted = this.#columns(names);
    if (ungranted.length > 0) return ungranted;
    const open = names.filter((name) => !this.#isToken(name));
    const dates = open.filter((name) => types.get(name) === 'DATE' && this.#declared(name)?.as === undefined);
    const texts = open.filter((name) => !dates.includes(name));
    try {
      if (key === undefined) {
        const derived = texts.filter((name) => this.#declared(name)?.as !== undefined);
        return await this.#forms(await profile(derived, output, this.#query), output);
      }
      const columns = await profile(texts, output, this.#query);
      return [
        ...(await this.#forms(columns, output)),
        ...(key === TOKEN ? await this.#tokens(open, names, output) : []),
        ...(await this.#persons(columns, dates, key === TOKEN ? tables : { ...tables, output: asTokens(key, output) })),
      ];
    } finally {
      await this.#query(`DROP TABLE IF EXISTS ${VALUES}`);
      await dropSuspects(this.#query);
      await dropWitnesses(this.#query);
    }
  }

  /** What is held against the people behind the tokens, or against all of them. */
  async #persons(
    columns: readonly TextColumn[],
    dates: readonly string[],
    tables: AirlockTables,
  ): Promise<AirlockFinding[]> {
    const { output } = tables;
    const query = this.#query;
    const telling = columns.filter(({ name }) => !isTooShortToTell(this.#declared(name)?.as));
    await callWitnesses(tables, query);
    const looks = await looksFor(telling, query);
    const days = dateLooks(dates, output);
    const open = looks.filter(({ column }) => !column.isListed);
    const first = await countHits([...open.map(ownCondition), ...days.map(({ own }) => own)], output, WITNESS, query);
    // Of a token that nobody stands behind nothing could be checked: that is no reason to let it pass.
    if (first.joined !== first.tokens)
      return [finding('unknown-token', TOKEN, 'holds tokens of nobody whom the release is of')];
    const words = textLooks(telling, output, first.rows);
    const inWords = await countHits(
      words.map(({ own }) => own),
      words[0]?.rows ?? output,
      WITNESS,
      query,
    );
    const former = await countHits(open.map(ownCondition), output, FORMER, query);
    const withHits = (counted: Counted): Look[] =>
      looks.filter((look) => look.column.isListed || (counted.hits[open.indexOf(look)] ?? 0) > 0);
    const since = this.#brief.grant.period?.from;
    const bornOn = [
      ...days.filter((_, index) => (first.hits[open.length + index] ?? 0) > 0),
      ...words.filter((_, index) => (inWords.hits[index] ?? 0) > 0),
    ];
    return distinct([
      ...(await readsLikeIdentifiers(telling, output, first.rows, query)),
      ...(await judgeLooks(withHits(first), output, WITNESS, query)),
      ...(await judgeLooks(withHits(former), output, FORMER, query)),
      ...(await judgeBirthDates(bornOn, since, query)),
    ]);
  }

  /** Every column is declared, and what it declares to be is granted. */
  #columns(names: readonly string[]): AirlockFinding[] {
    const { declared } = this.#brief;
    const expected = [...this.#leading(), ...declared.map(({ name }) => name)];
    const findings: AirlockFinding[] = [];
    for (const name of names) {
      if (!expected.includes(name))
        findings.push(finding('column-not-declared', name, 'is not among the columns that the release declares'));
    }
    for (const name of expected) {
      if (!names.includes(name)) findings.push(finding('column-lost', name, 'is declared and is not there'));
    }
    for (const column of declared) {
      if (!this.#isGranted(column)) findings.push(finding('column-not-granted', column.name, 'is not granted'));
    }
    return findings;
  }

  #isGranted({ of, from, as }: DeclaredColumn): boolean {
    const { dataset, pds, grant, pdsGrant, matchGrant } = this.#brief;
    if (of === 'match') return matchGrant?.includes(from) === true;
    const column = findColumn(of === 'pds' ? pds : dataset, from);
    const fields = (of === 'pds' ? pdsGrant : grant)?.fields ?? [];
    return (
      column !== undefined &&
      fields.some((field) => field.from.toUpperCase() === from.toUpperCase() && grants(column.concept, field.as, as))
    );
  }

  #declared(name: string): DeclaredColumn | undefined {
    return this.#brief.declared.find((column) => column.name === name);
  }

  /** Columns that stand before the declared ones. */
  #leading(): readonly string[] {
    const key = this.#key();
    return this.#brief.leading ?? (key === undefined ? [] : [key]);
  }

  /** What says whose a row is. */
  #key(): string | undefined {
    return this.#brief.key ?? (this.#brief.identifiability === 'pseudonymised' ? TOKEN : undefined);
  }

  /** Whether a column is the key, or an identifier: a token in a pseudonymised output, and one granted in another. */
  #isToken(name: string): boolean {
    const key = this.#key();
    if (key === undefined) return false;
    if (name === key) return true;
    const declared = this.#declared(name);
    if (declared === undefined || declared.as !== undefined || declared.of === 'match') return false;
    const { dataset, pds } = this.#brief;
    return findColumn(declared.of === 'pds' ? pds : dataset, declared.from)?.class === 'identifier';
  }

  /** In a pseudonymised output an identifier is a token and nothing else. */
  async #tokens(open: readonly string[], names: readonly string[], output: string): Promise<AirlockFinding[]> {
    const tokens = names.filter((name) => !open.includes(name));
    const bad = tokens.map(
      (name, index) =>
        `count(*) FILTER (WHERE NOT regexp_full_match(CAST(${quoteName(name)} AS VARCHAR), '[0-9A-F]{32}')) AS n${index}`,
    );
    const [row] = await this.#query(`SELECT ${bad.join(', ')} FROM ${output}`);
    return tokens
      .filter((_, index) => Number(row?.[`n${index}`]) > 0)
      .map((name) => finding('not-a-token', name, 'holds something else than tokens'));
  }

  /** A derived column has the form of what it declares to be, and no more detail. */
  async #forms(columns: readonly TextColumn[], output: string): Promise<AirlockFinding[]> {
    const findings: AirlockFinding[] = [];
    for (const { name, index, sql, isListed } of columns) {
      const as = this.#declared(name)?.as;
      const more = as === undefined ? undefined : showsMore(isListed ? 'value' : sql, as);
      if (as === undefined || more === undefined) continue;
      const [row] = await this.#query(
        isListed
          ? `SELECT count(*) AS n FROM ${VALUES} WHERE "column" = ${index} AND ${more}`
          : `SELECT count(*) AS n FROM ${output} o WHERE ${more}`,
      );
      if (Number(row?.['n']) > 0) findings.push(finding('more-detail', name, `holds values that are no ${as}`));
    }
    return findings;
  }
}

/** An output whose rows are told apart by another column, as if by a token. */
function asTokens(key: string, output: string): string {
  return `(SELECT ${quoteName(key)} AS ${quoteName(TOKEN)}, * EXCLUDE (${quoteName(key)}) FROM ${output})`;
}

function distinct(findings: readonly AirlockFinding[]): AirlockFinding[] {
  return findings.filter(
    ({ code, column }, index) =>
      findings.findIndex((other) => other.code === code && other.column === column) === index,
  );
}
