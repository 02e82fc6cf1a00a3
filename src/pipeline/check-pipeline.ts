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
import { columnsOfReport, eventOf, type ReportKind } from './tracking-report.ts';

/** Names that dars gives to columns of its own; a field may not take them. */
const RESERVED = /^(TOKEN_PERSON_ID|STUDY_ID|DARS_.*)$/i;

/** Derivations that need the row's event or a lookup, of which a member's record has none. */
const NOT_TRACKED = ['age', 'age_band_5', 'age_band_10', 'msoa', 'local_authority', 'region'];

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
    if (product.product === 'tracking' && pipeline.cohort !== undefined) {
      const message = `${product.name} has a cohort of its own, beside the pipeline’s`;
      problems.push(problemAt(document, ['cohort'], 'two-cohorts', message, 'put tracking into a pipeline of its own'));
    }
    if (product.product === 'tabulation') {
      problems.push(...checkTabulation(product, ['products', index], document, catalogue));
    }
    const names = new Set<string>();
    for (const { selection, path } of selectionsOf(product, ['products', index])) {
      problems.push(...checkSelection(selection, path, document, catalogue));
      if (selection.match !== undefined) continue;
      const { report } = selection;
      if (report !== undefined) problems.push(...checkReport(selection, report, path, document));
      const name = report === undefined || report === 'registrations' ? selection.dataset : report;
      if (names.has(name)) {
        const place = [...path, name === report ? 'report' : 'dataset'];
        problems.push(problemAt(document, place, 'dataset-twice', `${name} stands twice in this product`));
      }
      names.add(name);
    }
  });
  return problems;
}

/** What a report can't be made of. */
function checkReport(
  { fields }: Selection,
  report: ReportKind,
  path: readonly PropertyKey[],
  document: Document,
): Problem[] {
  return fields.flatMap((field, position) => {
    const at = (code: string, message: string, hint?: string): Problem[] => [
      problemAt(document, [...path, 'fields', position], code, message, hint),
    ];
    if (/^pds\./i.test(field.from))
      return at(
        'joined-field',
        `${field.from} can't be joined to a report`,
        'ask for it in event-notification or current-status',
      );
    if (field.as !== undefined && NOT_TRACKED.includes(field.as))
      return at(
        'no-derivation',
        `a report can't have ${field.from} as ${field.as}`,
        'ask for a coarser form of the column itself',
      );
    if (columnsOfReport(report).includes(outputName(field).toUpperCase()))
      return at('reserved-name', `${outputName(field).toUpperCase()} is a column that the report has already`);
    if (report === 'event-notification' && eventOf(field.from) === undefined)
      return at('no-event', `a change of ${field.from} is no event`, 'current-status can have it');
    return [];
  });
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
