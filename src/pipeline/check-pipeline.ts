import { noDerivation, unknownDataset } from '../agreement/check-agreement.ts';
import { type Catalogue, resolveColumn } from '../catalogue/catalogue.ts';
import { checkWhere, unknownColumn } from '../catalogue/check-condition.ts';
import { findColumn } from '../catalogue/dataset.ts';
import { derivationsOf, needsEventDate } from '../catalogue/derivation.ts';
import { type Document, problemAt, quoted } from '../kernel/document.ts';
import type { Problem } from '../kernel/problem.ts';
import { checkTabulation } from './check-tabulation.ts';
import { outputName } from './output-name.ts';
import { fieldPath, type Pipeline, type Selection, selectionsOf } from './pipeline-schema.ts';

/** Names that dars gives to columns of its own; a field may not take them. */
const RESERVED = /^(TOKEN_PERSON_ID|DARS_.*)$/i;

/** What is wrong with a pipeline that its schema can't see. Whether what it asks is granted is the gate's business. */
export function checkPipeline(
  pipeline: Pipeline,
  document: Document,
  catalogue: Catalogue,
  agreements: readonly string[],
): Problem[] {
  const problems: Problem[] = [];
  if (!agreements.includes(pipeline.agreement)) {
    problems.push(
      problemAt(
        document,
        ['agreement'],
        'unknown-agreement',
        `no agreement file has the reference ${quoted(pipeline.agreement)}`,
        'dars agreement list shows those there are',
      ),
    );
  }
  if (pipeline.cohort !== undefined && 'dataset' in pipeline.cohort) {
    problems.push(...checkSelection({ ...pipeline.cohort, fields: [] }, ['cohort'], document, catalogue));
  }
  pipeline.products.forEach((product, index) => {
    if (product.product === 'tabulation') {
      problems.push(...checkTabulation(product, ['products', index], document, catalogue));
    }
    const names = new Set<string>();
    for (const { selection, path } of selectionsOf(product, ['products', index])) {
      problems.push(...checkSelection(selection, path, document, catalogue));
      if (names.has(selection.dataset)) {
        problems.push(
          problemAt(
            document,
            [...path, 'dataset'],
            'dataset-twice',
            `${selection.dataset} stands twice in this product`,
          ),
        );
      }
      names.add(selection.dataset);
    }
  });
  return problems;
}

function checkSelection(
  selection: Selection,
  path: readonly PropertyKey[],
  document: Document,
  catalogue: Catalogue,
): Problem[] {
  const dataset = catalogue.get(selection.dataset);
  if (dataset === undefined)
    return [unknownDataset(selection.dataset, [...catalogue.keys()], document, [...path, 'dataset'])];
  const problems = checkWhere(selection.where, dataset, document, [...path, 'where']);
  if (selection.period !== undefined && dataset.date === undefined) {
    problems.push(
      problemAt(document, [...path, 'period'], 'no-period', `${dataset.dataset} has no date that a period could mean`),
    );
  }
  const names = new Set<string>();
  selection.fields.forEach((field, position) => {
    const place = fieldPath(selection, path, position);
    const name = outputName(field).toUpperCase();
    if (names.has(name))
      problems.push(
        problemAt(
          document,
          place,
          'column-twice',
          `two fields come out as ${name}`,
          'give one a name: { name: …, from: … }',
        ),
      );
    if (RESERVED.test(name))
      problems.push(problemAt(document, place, 'reserved-name', `${name} is a name that dars gives itself`));
    names.add(name);
    const found = resolveColumn(catalogue, dataset, field.from);
    if (found === undefined) {
      const owner = /^pds\./i.test(field.from) ? catalogue.get('pds') : dataset;
      problems.push(unknownColumn(owner ?? dataset, field.from.replace(/^pds\./i, ''), document, place));
      return;
    }
    const possible = derivationsOf(found.column.concept);
    if (field.as !== undefined && !possible.includes(field.as)) {
      problems.push(noDerivation(found.column.name, field.as, possible, document, [...place, 'as']));
    } else if (needsEventDate(field.as)) {
      const at = field.at ?? dataset.date;
      // The event is the row's: no date of PDS is one.
      const event = at === undefined ? undefined : findColumn(dataset, at);
      if (event?.type !== 'date') {
        problems.push(
          problemAt(
            document,
            [...place, 'at'],
            'event-date',
            `an age needs the date of an event of ${dataset.dataset}`,
            'name it with at: COLUMN',
          ),
        );
      }
    } else if (field.at !== undefined) {
      problems.push(problemAt(document, [...place, 'at'], 'event-date', 'at: stands only with an age'));
    }
  });
  return problems;
}
