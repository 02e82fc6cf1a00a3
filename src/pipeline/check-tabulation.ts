import { type Catalogue, resolveColumn } from '../catalogue/catalogue.ts';
import { type Document, problemAt, quoted } from '../kernel/document.ts';
import { nearest } from '../kernel/nearest.ts';
import type { Problem } from '../kernel/problem.ts';
import { finestLevel, type Tabulation } from './tabulation-schema.ts';

/** What is wrong with a tabulation beyond its columns: names that lead nowhere, groups that overlap. */
export function checkTabulation(
  product: Tabulation,
  path: readonly PropertyKey[],
  document: Document,
  catalogue: Catalogue,
): Problem[] {
  const problems: Problem[] = [];
  const wrong = (place: readonly PropertyKey[], code: string, message: string, hint?: string): void => {
    problems.push(problemAt(document, [...path, ...place], code, message, hint));
  };
  const unknown = (place: readonly PropertyKey[], what: string, name: string, known: readonly string[]): void => {
    const near = nearest(name, known);
    wrong(
      place,
      `unknown-${what}`,
      `this tabulation has no ${what} ${quoted(name)}`,
      near === undefined ? `it has ${known.join(', ')}` : `did you mean ${near}?`,
    );
  };
  const dimensions = new Map(product.dimensions.map((each) => [each.name, each]));
  const measures = product.measures.map(({ name }) => name);
  for (const what of ['dimensions', 'measures', 'tables'] as const) {
    const seen = new Set<string>();
    product[what].forEach(({ name }, index) => {
      if (seen.has(name)) wrong([what, index], 'name-twice', `two ${what} are called ${name}`);
      seen.add(name);
    });
  }
  if (product.tables.some(({ name }) => name === 'notes'))
    wrong(['tables'], 'name-taken', 'notes is what dars calls its own notes');
  product.dimensions.forEach((dimension, index) => {
    const names = [finestLevel(dimension), ...dimension.levels, ...Object.keys(dimension.groupings)];
    names.forEach((name, place) => {
      if (names.indexOf(name) !== place) {
        wrong(['dimensions', index], 'level-twice', `two levels of ${dimension.name} are called ${name}`);
      }
    });
    for (const [name, groups] of Object.entries(dimension.groupings)) {
      const seen = new Set<string>();
      for (const [group, members] of Object.entries(groups)) {
        for (const member of members) {
          if (seen.has(member)) {
            wrong(
              ['dimensions', index, 'groupings', name, group],
              'group-twice',
              `${quoted(member)} stands in two groups of ${name}`,
              'groups of one grouping are disjoint; make another grouping',
            );
          }
          seen.add(member);
        }
      }
    }
  });
  product.measures.forEach((measure, index) => {
    if (measure.kind === 'percentage') {
      for (const name of measure.within) {
        if (!dimensions.has(name)) unknown(['measures', index, 'within'], 'dimension', name, [...dimensions.keys()]);
      }
    }
    if ('from' in measure) {
      const dataset = catalogue.get(product.dataset);
      const type = dataset === undefined ? undefined : resolveColumn(catalogue, dataset, measure.from)?.column.type;
      if (type === 'text' || type === 'date') {
        wrong(['measures', index], 'no-number', `${measure.from} is ${type}, and a ${measure.kind} needs a number`);
      }
    }
  });
  product.tables.forEach((table, index) => {
    const seen = new Set<string>();
    table.by.forEach(({ dimension: name, levels }, place) => {
      const dimension = dimensions.get(name);
      if (dimension === undefined) {
        unknown(['tables', index, 'by', place], 'dimension', name, [...dimensions.keys()]);
        return;
      }
      if (seen.has(name)) wrong(['tables', index, 'by', place], 'name-twice', `${name} is crossed with itself`);
      seen.add(name);
      const known = [finestLevel(dimension), ...dimension.levels, ...Object.keys(dimension.groupings)];
      for (const level of levels ?? []) {
        if (!known.includes(level)) unknown(['tables', index, 'by', place], 'level', level, known);
      }
    });
    for (const name of table.measures ?? []) {
      if (!measures.includes(name)) unknown(['tables', index, 'measures'], 'measure', name, measures);
    }
  });
  return problems;
}
