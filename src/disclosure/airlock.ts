import { resolveColumn } from '../catalogue/catalogue.ts';
import { findColumn } from '../catalogue/dataset.ts';
import { grants } from '../catalogue/derivation.ts';
import { quoteName, quoteText } from '../relation/print-sql.ts';
import type { AirlockBrief, DeclaredColumn } from './airlock-brief.ts';
import { isBeyondChance } from './beyond-chance.ts';

/** Why an output must not leave: a code and the column. Never a value. */
export interface AirlockFinding {
  readonly code: string;
  readonly column: string;
  readonly message: string;
}

/** Runs a query and gives its rows: counts and names only. */
export type Query = (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** What the airlock looks at: quoted names or subqueries, ready to stand after FROM. */
export interface AirlockTables {
  /** The finished output, as it would leave. */
  readonly output: string;
  /** `#person`, `#token`: who stands behind a token. */
  readonly tokens: string;
  /** `#superseded`, `#root`: other numbers of a person. */
  readonly succession: string;
  /** PDS: nhs_number as text, family_name, given_name, postcode, date_of_birth. Columns it lacks are null. */
  readonly pds: string;
}

/** How many rows of a slice are looked at where only a rate matters; rows are in an order of tokens, so any are a sample. */
const SAMPLE = 100_000;

interface Shape {
  readonly name: string;
  readonly isText: boolean;
  readonly isDate: boolean;
}

/**
 * The look at a finished output before it leaves (design, section 4, step 9). It knows the grant and what the file
 * declares to be, not the plan that made it, and shares no code with it. One airlock a file; `look` once a slice.
 */
export class Airlock {
  readonly #brief: AirlockBrief;
  readonly #query: Query;
  readonly #rates = new Map<string, { tenDigits: number; valid: number; filled: number; postcodes: number }>();
  readonly #births = new Map<string, { rows: number; hits: number }>();

  constructor(brief: AirlockBrief, query: Query) {
    this.#brief = brief;
    this.#query = query;
  }

  async look(tables: AirlockTables): Promise<AirlockFinding[]> {
    const described = await this.#query(
      `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${tables.output})`,
    );
    const shapes = described.map(
      (row): Shape => ({
        name: String(row['column_name']),
        isText: row['column_type'] === 'VARCHAR',
        isDate: row['column_type'] === 'DATE',
      }),
    );
    const findings = this.#columns(shapes.map(({ name }) => name));
    if (findings.length > 0) return findings;
    findings.push(...(await this.#forms(tables.output)));
    if (this.#brief.identifiability === 'pseudonymised') {
      const open = shapes.filter(({ name }) => !this.#isToken(name));
      findings.push(...(await this.#tokens(shapes, tables.output)));
      findings.push(...(await this.#lookLikeIdentifiers(open, tables.output)));
      findings.push(...(await this.#ownValues(open, tables)));
    }
    return findings;
  }

  /** Every column is declared, and what it declares to be is granted. */
  #columns(names: readonly string[]): AirlockFinding[] {
    const { declared, identifiability } = this.#brief;
    const expected = [
      ...(identifiability === 'pseudonymised' ? ['TOKEN_PERSON_ID'] : []),
      ...declared.map(({ name }) => name),
    ];
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
    const { dataset, pds, grant, pdsGrant } = this.#brief;
    const owner = of === 'pds' ? pds : dataset;
    const column = resolveColumn(new Map([[owner.dataset, owner]]), owner, from)?.column;
    const granted = of === 'pds' ? pdsGrant : grant;
    return (
      column !== undefined &&
      granted !== undefined &&
      granted.fields.some(
        (field) => field.from.toUpperCase() === from.toUpperCase() && grants(column.concept, field.as, as),
      )
    );
  }

  #isToken(name: string): boolean {
    if (name === 'TOKEN_PERSON_ID') return true;
    const declared = this.#brief.declared.find((column) => column.name === name);
    return declared !== undefined && declared.as === undefined && this.#classOf(declared) === 'identifier';
  }

  #classOf({ of, from }: DeclaredColumn): string | undefined {
    return findColumn(of === 'pds' ? this.#brief.pds : this.#brief.dataset, from)?.class;
  }

  /** In a pseudonymised output an identifier is a token and nothing else. */
  async #tokens(shapes: readonly Shape[], output: string): Promise<AirlockFinding[]> {
    const names = shapes.map(({ name }) => name).filter((name) => this.#isToken(name));
    const bad = await this.#counts(
      names,
      (column) => `NOT regexp_full_match(CAST(${column} AS VARCHAR), '[0-9A-F]{32}')`,
      output,
    );
    return names
      .filter((name) => (bad.get(name) ?? 0) > 0)
      .map((name) => finding('not-a-token', name, 'holds something else than tokens'));
  }

  /** A derived column has the form of what it declares to be, and no more detail. */
  async #forms(output: string): Promise<AirlockFinding[]> {
    const checked = this.#brief.declared.filter(({ as }) => as !== undefined && as in FORMS);
    if (checked.length === 0) return [];
    const bad = await this.#counts(
      checked.map(({ name }) => name),
      (column, index) =>
        `NOT regexp_full_match(CAST(${column} AS VARCHAR), ${quoteText(FORMS[checked[index]?.as as keyof typeof FORMS] ?? '.*')})`,
      output,
    );
    return checked
      .filter(({ name }) => (bad.get(name) ?? 0) > 0)
      .map(({ name, as }) => finding('more-detail', name, `holds values that are no ${as}`));
  }

  async #counts(
    names: readonly string[],
    condition: (column: string, index: number) => string,
    output: string,
  ): Promise<Map<string, number>> {
    if (names.length === 0) return new Map();
    const sums = names.map(
      (name, index) => `count(*) FILTER (WHERE ${condition(quoteName(name), index)}) AS n${index}`,
    );
    const [row] = await this.#query(`SELECT ${sums.join(', ')} FROM ${output}`);
    return new Map(names.map((name, index) => [name, Number(row?.[`n${index}`])]));
  }

  /**
   * Columns that read like NHS numbers or postcodes. One ten-digit number in eleven passes the check digit, so only
   * more passes than chance explains count; codes of other kinds never have the shape of a postcode.
   */
  async #lookLikeIdentifiers(shapes: readonly Shape[], output: string): Promise<AirlockFinding[]> {
    const names = shapes.filter(({ isText }) => isText).map(({ name }) => name);
    if (names.length === 0) return [];
    const parts = names.flatMap((name, index) => {
      const column = quoteName(name);
      const digits = `replace(replace(${column}, ' ', ''), '-', '')`;
      const ten = `regexp_full_match(${digits}, '[0-9]{10}')`;
      const compact = `upper(replace(${column}, ' ', ''))`;
      return [
        `count(${column}) AS f${index}`,
        `count(*) FILTER (WHERE ${ten}) AS d${index}`,
        `count(*) FILTER (WHERE ${ten} AND ${checkDigitFits(digits)}) AS v${index}`,
        `count(*) FILTER (WHERE strlen(${column}) BETWEEN 5 AND 8 AND regexp_full_match(${compact}, '[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}')) AS p${index}`,
      ];
    });
    const [row] = await this.#query(`SELECT ${parts.join(', ')} FROM (SELECT * FROM ${output} LIMIT ${SAMPLE})`);
    const findings: AirlockFinding[] = [];
    names.forEach((name, index) => {
      const seen = this.#rates.get(name) ?? { tenDigits: 0, valid: 0, filled: 0, postcodes: 0 };
      seen.filled += Number(row?.[`f${index}`]);
      seen.tenDigits += Number(row?.[`d${index}`]);
      seen.valid += Number(row?.[`v${index}`]);
      seen.postcodes += Number(row?.[`p${index}`]);
      this.#rates.set(name, seen);
      if (isBeyondChance(seen.valid, seen.tenDigits, 1 / 11)) {
        findings.push(
          finding(
            'reads-like-nhs-numbers',
            name,
            'reads like NHS numbers: more values pass the check digit than chance explains',
          ),
        );
      }
      if (seen.postcodes >= 5 && seen.postcodes > seen.filled * 0.2) {
        findings.push(finding('reads-like-postcodes', name, 'reads like full postcodes'));
      }
    });
    return findings;
  }

  /** The person's own NHS number (any of the tree), name, postcode and date of birth, looked for in every row. */
  async #ownValues(shapes: readonly Shape[], tables: AirlockTables): Promise<AirlockFinding[]> {
    const texts = shapes.filter(({ isText }) => isText).map(({ name }) => name);
    const dates = shapes.filter(({ isDate }) => isDate).map(({ name }) => name);
    if (texts.length + dates.length === 0) return [];
    const lengths = await this.#lengths(texts, tables.output);
    const atLeast = (length: number): string[] => texts.filter((name) => (lengths.get(name) ?? 0) >= length);
    const witness = `(SELECT t."#token" AS w_token, p.* FROM ${tables.tokens} t JOIN ${tables.pds} p ON lpad(CAST(t."#person" AS VARCHAR), 10, '0') = p.nhs_number)`;
    const rows = `${tables.output} o JOIN ${witness} w ON o."TOKEN_PERSON_ID" = w.w_token`;
    const findings: AirlockFinding[] = [];

    const numberHits = await this.#hits(atLeast(10), rows, (column) => holdsNumber(column, 'w.nhs_number'));
    const others = `${tables.output} o JOIN ${tables.tokens} t ON o."TOKEN_PERSON_ID" = t."#token" JOIN (SELECT "#root", lpad(CAST("#superseded" AS VARCHAR), 10, '0') AS other FROM ${tables.succession}) s ON t."#person" = s."#root"`;
    const otherHits = await this.#hits(atLeast(10), others, (column) => holdsNumber(column, 's.other'));
    for (const name of new Set([...numberHits.keys(), ...otherHits.keys()])) {
      findings.push(finding('own-nhs-number', name, 'holds the person’s own NHS number'));
    }

    const postcode = `replace(upper(w.postcode), ' ', '')`;
    const postcodeHits = await this.#hits(
      atLeast(5),
      rows,
      (column) =>
        `strlen(w.postcode) >= 5 AND strlen(${column}) >= 5 AND contains(replace(upper(${column}), ' ', ''), ${postcode})`,
    );
    const nameHits = await this.#hits(
      atLeast(2),
      rows,
      (column) => `(${isName(column, 'w.family_name')} OR ${isName(column, 'w.given_name')})`,
    );
    for (const [hits, code, what, own] of [
      [postcodeHits, 'own-postcode', 'the person’s own postcode', `contains(replace(upper(c), ' ', ''), ${postcode})`],
      [
        nameHits,
        'own-name',
        'the person’s own name',
        `(${isName('c', 'w.family_name')} OR ${isName('c', 'w.given_name')})`,
      ],
    ] as const) {
      for (const name of hits.keys()) {
        if (await this.#isTheirs(name, own, rows, tables.output)) findings.push(finding(code, name, `holds ${what}`));
      }
    }
    findings.push(
      ...(await this.#birthDates(
        dates,
        texts.filter((name) => (lengths.get(name) ?? 0) >= 8),
        rows,
      )),
    );
    return findings;
  }

  /**
   * Whether hits are more than chance: a hospital called RAE treats people called Rae. A value that is somebody's name
   * is held by them; a code is held by many others. So a hit counts where at least half of those who hold the value are
   * those whom it names.
   */
  async #isTheirs(name: string, own: string, rows: string, output: string): Promise<boolean> {
    const column = `o.${quoteName(name)}`;
    const hit = `SELECT c, count(*) AS n FROM (SELECT ${column} AS c, w.* FROM ${rows}) w WHERE ${own} GROUP BY c`;
    const [row] = await this.#query(
      `SELECT count(*) AS n FROM (SELECT h.c, any_value(h.n) AS n, count(*) AS holders FROM (${hit}) h JOIN ${output} o ON ${column} = h.c GROUP BY h.c) WHERE n * 2 >= holders`,
    );
    return Number(row?.['n']) > 0;
  }

  /**
   * Columns of dates that are the person's own date of birth. A newborn's admission is their date of birth, so only
   * people born a year or more before the granted period count.
   */
  async #birthDates(dates: readonly string[], texts: readonly string[], rows: string): Promise<AirlockFinding[]> {
    const names = [...dates, ...texts];
    if (names.length === 0) return [];
    const from = this.#brief.grant.period?.from;
    const grown = from === undefined ? 'true' : `w.date_of_birth < CAST(${quoteText(from)} AS DATE) - INTERVAL 1 YEAR`;
    const parts = names.flatMap((name, index) => {
      const column = `o.${quoteName(name)}`;
      const digits = `regexp_replace(${column}, '[^0-9]', '', 'g')`;
      const same = dates.includes(name)
        ? `${column} = w.date_of_birth`
        : `strlen(${column}) >= 8 AND (${digits} = strftime(w.date_of_birth, '%Y%m%d') OR ${digits} = strftime(w.date_of_birth, '%d%m%Y'))`;
      return [
        `count(*) FILTER (WHERE ${grown} AND ${column} IS NOT NULL) AS n${index}`,
        `count(*) FILTER (WHERE ${grown} AND ${same}) AS h${index}`,
      ];
    });
    const [row] = await this.#query(`SELECT ${parts.join(', ')} FROM ${rows} WHERE w.date_of_birth IS NOT NULL`);
    const findings: AirlockFinding[] = [];
    names.forEach((name, index) => {
      const seen = this.#births.get(name) ?? { rows: 0, hits: 0 };
      seen.rows += Number(row?.[`n${index}`]);
      seen.hits += Number(row?.[`h${index}`]);
      this.#births.set(name, seen);
      if (seen.hits > 0 && (seen.hits === seen.rows || (seen.hits >= 2 && seen.hits > seen.rows * 0.01))) {
        findings.push(finding('reads-like-birth-dates', name, 'reads like the people’s own dates of birth'));
      }
    });
    return findings;
  }

  async #lengths(names: readonly string[], output: string): Promise<Map<string, number>> {
    if (names.length === 0) return new Map();
    const [row] = await this.#query(
      `SELECT ${names.map((name, index) => `max(strlen(${quoteName(name)})) AS n${index}`).join(', ')} FROM ${output}`,
    );
    return new Map(names.map((name, index) => [name, Number(row?.[`n${index}`] ?? 0)]));
  }

  async #hits(
    names: readonly string[],
    rows: string,
    condition: (column: string) => string,
  ): Promise<Map<string, number>> {
    if (names.length === 0) return new Map();
    const sums = names.map(
      (name, index) => `count(*) FILTER (WHERE ${condition(`o.${quoteName(name)}`)}) AS n${index}`,
    );
    const [row] = await this.#query(`SELECT ${sums.join(', ')} FROM ${rows}`);
    return new Map(
      names.map((name, index) => [name, Number(row?.[`n${index}`])] as const).filter(([, hits]) => hits > 0),
    );
  }
}

const FORMS = {
  month: '[0-9]{4}-(0[1-9]|1[0-2])',
  quarter: '[0-9]{4}-Q[1-4]',
  year: '-?[0-9]{1,4}',
  mmyyyy: '(0[1-9]|1[0-2])[0-9]{4}',
  age: '[0-9]{1,3}',
  age_band_5: '[0-9]{1,2}-[0-9]{1,2}|90\\+',
  age_band_10: '[0-9]{1,2}-[0-9]{1,2}|90\\+',
  outcode: '[A-Z]{1,2}[0-9][A-Z0-9]?',
  area: '[A-Z]{1,2}',
  '3_characters': '.{0,3}',
  chapter: '[A-Z]|[IVX]{1,5}',
} as const;

function finding(code: string, column: string, what: string): AirlockFinding {
  return { code, column, message: `${column} ${what}` };
}

function holdsNumber(column: string, number: string): string {
  return `strlen(${column}) >= 10 AND (contains(${column}, ${number}) OR (strlen(${column}) >= 12 AND contains(replace(replace(${column}, ' ', ''), '-', ''), ${number})))`;
}

/** The name alone, or as a word of a longer text. Names of one letter are no names. */
function isName(column: string, name: string): string {
  const words = `(' ' || regexp_replace(upper(${column}), '[^A-Z]+', ' ', 'g') || ' ')`;
  return `(strlen(${name}) >= 2 AND strlen(${column}) >= strlen(${name}) AND (strlen(${column}) = strlen(${name}) AND upper(${column}) = upper(${name}) OR strlen(${column}) > strlen(${name}) AND strlen(${name}) >= 3 AND contains(upper(${column}), upper(${name})) AND contains(${words}, ' ' || upper(${name}) || ' ')))`;
}

/** Modulus 11 over the first nine of ten digits (NHS Data Dictionary), in SQL of its own. */
function checkDigitFits(digits: string): string {
  const digit = (place: number): string => `(ascii(substr(${digits}, ${place}, 1)) - 48)`;
  const sum = Array.from({ length: 9 }, (_, index) => `${10 - index} * ${digit(index + 1)}`).join(' + ');
  return `((11 - (${sum}) % 11) % 11) = ${digit(10)}`;
}
