import type { Expression, FunctionName } from './expression.ts';
import { ICD10_CHAPTERS } from './icd10-chapters.ts';
import type { Relation } from './relation.ts';
import { SLICE_PRIME, SLICES } from './slices.ts';

/** Gives the SQL that stands for a named table after FROM: a scan of files, or a quoted name. */
export type TableResolver = (name: string) => string;

/** A name as an SQL identifier, whatever is in it. */
export function quoteName(name: string): string {
  if (name.includes('\u0000')) throw new Error('a name holds a NUL');
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as an SQL literal, whatever is in it. */
export function quoteText(value: string): string {
  if (value.includes('\u0000')) throw new Error('a text holds a NUL');
  return `'${value.replaceAll("'", "''")}'`;
}

/** The SQL of a relation, in DuckDB's dialect. Values appear as quoted literals, names quoted, text never. */
export function printRelation(relation: Relation, tables: TableResolver): string {
  switch (relation.kind) {
    case 'table':
      return `SELECT * FROM ${tables(relation.name)}`;
    case 'filter':
      return `SELECT * FROM ${source(relation.of, tables)} WHERE ${printExpression(relation.where)}`;
    case 'project': {
      const columns = relation.columns.map(({ name, value }) => `${printExpression(value)} AS ${quoteName(name)}`);
      return `SELECT ${columns.join(', ')} FROM ${source(relation.of, tables)}`;
    }
    case 'join': {
      const on = relation.on.map(
        ([left, right]) => `${printExpression(left)} = ${quoteName(relation.alias)}.${quoteName(right)}`,
      );
      const how = { inner: 'INNER', left: 'LEFT', semi: 'SEMI', anti: 'ANTI' }[relation.how];
      // A chain of left joins stays flat: `(left) JOIN a ON … JOIN b ON …`, so that columns keep their qualifiers.
      const left =
        relation.left.kind === 'join' ? printJoinChain(relation.left, tables) : source(relation.left, tables);
      return `SELECT * FROM ${left} ${how} JOIN ${aliased(relation.right, relation.alias, tables)} ON ${on.join(' AND ')}`;
    }
    case 'distinct':
      return `SELECT DISTINCT * FROM ${source(relation.of, tables)}`;
    case 'order':
      return `${printRelation(relation.of, tables)} ORDER BY ${relation.by.map((by) => `${printExpression(by)} NULLS FIRST`).join(', ')}`;
  }
}

function printJoinChain(relation: Relation & { kind: 'join' }, tables: TableResolver): string {
  return printRelation(relation, tables).slice('SELECT * FROM '.length);
}

function source(relation: Relation, tables: TableResolver): string {
  if (relation.kind === 'table') return tables(relation.name);
  if (relation.kind === 'join') return printJoinChain(relation, tables);
  return `(${printRelation(relation, tables)})`;
}

function aliased(relation: Relation, alias: string, tables: TableResolver): string {
  return `${relation.kind === 'table' ? tables(relation.name) : `(${printRelation(relation, tables)})`} AS ${quoteName(alias)}`;
}

export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'column':
      return expression.of === undefined
        ? quoteName(expression.name)
        : `${quoteName(expression.of)}.${quoteName(expression.name)}`;
    case 'literal':
      return printLiteral(expression);
    case 'call':
      return printCall(expression.fn, expression.args);
    case 'case': {
      const when = expression.when.map(
        ([condition, value]) => `WHEN ${printExpression(condition)} THEN ${printExpression(value)}`,
      );
      return `CASE ${when.join(' ')} ELSE ${printExpression(expression.otherwise)} END`;
    }
    case 'and':
    case 'or':
      return `(${expression.of.map(printExpression).join(expression.kind === 'and' ? ' AND ' : ' OR ')})`;
    case 'not':
      return `(NOT ${printExpression(expression.of)})`;
    case 'compare':
      return `(${printExpression(expression.left)} ${expression.op} ${printExpression(expression.right)})`;
    case 'in':
      return `(${printExpression(expression.of)} IN (${expression.values.map(printExpression).join(', ')}))`;
    case 'starts_with':
      return `starts_with(${printExpression(expression.of)}, ${quoteText(expression.prefix)})`;
    case 'is_null':
      return `(${printExpression(expression.of)} IS NULL)`;
    case 'coalesce':
      return `coalesce(${expression.of.map(printExpression).join(', ')})`;
  }
}

const SQL_TYPE = { integer: 'BIGINT', decimal: 'DOUBLE', date: 'DATE', boolean: 'BOOLEAN', null: 'VARCHAR' } as const;

function printLiteral(literal: Expression & { kind: 'literal' }): string {
  const { value, type } = literal;
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error('a number literal is finite');
    return String(value);
  }
  return type === 'text' ? quoteText(value) : `CAST(${quoteText(value)} AS ${SQL_TYPE[type]})`;
}

const POSTCODE = `'[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}'`;

function printCall(fn: FunctionName, args: readonly Expression[]): string {
  const [a = '', b = ''] = args.map(printExpression);
  switch (fn) {
    case 'nhs_number': {
      // Most values are ten digits as they stand, which a cast there and back tells sooner than a pattern; only the
      // others pay for taking spaces and hyphens out.
      const bare = `replace(replace(${a}, ' ', ''), '-', '')`;
      const isPlain = `strlen(${a}) = 10 AND CAST(TRY_CAST(${a} AS UBIGINT) AS VARCHAR) = ${a}`;
      return `CASE WHEN ${isPlain} THEN CAST(${a} AS BIGINT) WHEN regexp_full_match(${bare}, '[0-9]{10}') THEN CAST(${bare} AS BIGINT) END`;
    }
    case 'nhs_text':
      return `lpad(CAST(${a} AS VARCHAR), 10, '0')`;
    case 'code':
      return `upper(trim(${a}))`;
    case 'bare_code':
      return `upper(replace(trim(${a}), '.', ''))`;
    case 'date_text':
      return `CAST(${a} AS VARCHAR)`;
    case 'slice':
    case 'identified_slice':
      return `coalesce(((((${a}) // 10) % ${SLICE_PRIME}) * getvariable('${fn}_key')) % ${SLICE_PRIME} % ${SLICES}, 0)`;
    case 'token':
      // HMAC of RFC 2104 out of SHA-256; the padded keys are bound as variables and never stand in a statement.
      return `left(upper(sha256(getvariable('hmac_outer') || unhex(sha256(getvariable('hmac_inner') || encode(${a} || chr(31) || ${b}))))), 32)`;
    case 'month':
      return `strftime(${a}, '%Y-%m')`;
    case 'quarter':
      return `(CAST(year(${a}) AS VARCHAR) || '-Q' || CAST(quarter(${a}) AS VARCHAR))`;
    case 'year':
      return `CAST(year(${a}) AS BIGINT)`;
    case 'mmyyyy':
      return `strftime(${a}, '%m%Y')`;
    case 'year_of_mmyyyy':
      return `CASE WHEN regexp_full_match(${a}, '(0[1-9]|1[0-2])[0-9]{4}') THEN CAST(right(${a}, 4) AS BIGINT) END`;
    case 'age': {
      const monthAndDay = (value: string) => `month(${value}) * 100 + day(${value})`;
      const years = `year(${b}) - year(${a}) - CASE WHEN ${monthAndDay(b)} < ${monthAndDay(a)} THEN 1 ELSE 0 END`;
      return `CASE WHEN ${a} <= ${b} THEN CAST(${years} AS BIGINT) END`;
    }
    case 'age_band':
      return `CASE WHEN ${a} >= 90 THEN '90+' ELSE CAST(${a} // ${b} * ${b} AS VARCHAR) || '-' || CAST(${a} // ${b} * ${b} + ${b} - 1 AS VARCHAR) END`;
    case 'outcode': {
      // As most are written, in capitals with a blank before the inward code; the others are put into that form first.
      const isPlain = `regexp_full_match(${a}, '[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}')`;
      const compact = `upper(replace(${a}, ' ', ''))`;
      return `CASE WHEN ${isPlain} THEN left(${a}, strlen(${a}) - 4) WHEN regexp_full_match(${compact}, ${POSTCODE}) THEN left(${compact}, strlen(${compact}) - 3) END`;
    }
    case 'postcode_area': {
      const compact = `upper(replace(${a}, ' ', ''))`;
      return `CASE WHEN regexp_full_match(${compact}, ${POSTCODE}) THEN regexp_extract(${compact}, '^[A-Z]+') END`;
    }
    case 'three_characters':
      return `left(${a}, 3)`;
    case 'icd10_chapter': {
      const code = `upper(left(${a}, 3))`;
      const chapters = [...ICD10_CHAPTERS]
        .reverse()
        .map(([first, chapter]) => `WHEN ${code} >= '${first}' THEN '${chapter}'`);
      return `CASE WHEN NOT regexp_full_match(${code}, '[A-Z][0-9]{2}') THEN NULL ${chapters.join(' ')} END`;
    }
    case 'opcs4_chapter':
      return `CASE WHEN regexp_matches(upper(${a}), '^[A-Z][0-9]') THEN upper(left(${a}, 1)) END`;
    case 'number':
      return `CAST(${a} AS DOUBLE)`;
    case 'integer':
      return `CAST(CAST(${a} AS DOUBLE) AS BIGINT)`;
    case 'row_digest':
      return `hash(${args.map(printExpression).join(', ')})`;
  }
}
