import { type Catalogue, resolveColumn } from '../catalogue/catalogue.ts';
import { checkWhere, unknownColumn } from '../catalogue/check-condition.ts';
import { derivationsOf } from '../catalogue/derivation.ts';
import { type Document, problemAt, quoted } from '../kernel/document.ts';
import { nearest } from '../kernel/nearest.ts';
import type { Problem } from '../kernel/problem.ts';
import type { Agreement } from './agreement-schema.ts';

/** What is wrong with an agreement that its schema can't see: datasets, columns and destinations that do not exist. */
export function checkAgreement(
  agreement: Agreement,
  document: Document,
  catalogue: Catalogue,
  destinations: readonly string[],
): Problem[] {
  const problems: Problem[] = [];
  const datasets = [...catalogue.keys()];
  const seen = new Set<string>();
  agreement.datasets.forEach((grant, index) => {
    const path = ['datasets', index];
    const dataset = catalogue.get(grant.dataset);
    if (dataset === undefined) {
      problems.push(unknownDataset(grant.dataset, datasets, document, [...path, 'dataset']));
      return;
    }
    if (seen.has(grant.dataset)) {
      problems.push(
        problemAt(
          document,
          [...path, 'dataset'],
          'dataset-twice',
          `${grant.dataset} is granted twice`,
          'put both into one entry',
        ),
      );
    }
    seen.add(grant.dataset);
    grant.fields.forEach((field, position) => {
      const place = [...path, 'fields', position];
      const found = field.from.toLowerCase().startsWith('pds.')
        ? undefined
        : resolveColumn(catalogue, dataset, field.from);
      if (found === undefined) problems.push(unknownColumn(dataset, field.from, document, place));
      else if (field.as !== undefined && !derivationsOf(found.column.concept).includes(field.as)) {
        problems.push(
          noDerivation(found.column.name, field.as, derivationsOf(found.column.concept), document, [...place, 'as']),
        );
      }
    });
    problems.push(...checkWhere(grant.where, dataset, document, [...path, 'where']));
    if (grant.period !== undefined && dataset.date === undefined) {
      problems.push(
        problemAt(document, [...path, 'period'], 'no-period', `${grant.dataset} has no date that a period could mean`),
      );
    }
  });
  agreement.approvals.forEach((approval, index) => {
    if (approval.dataset !== undefined && !catalogue.has(approval.dataset)) {
      problems.push(unknownDataset(approval.dataset, datasets, document, ['approvals', index, 'dataset']));
    }
  });
  problems.push(...checkRisk(agreement, document, catalogue));
  const { destination } = agreement.recipient;
  if (!destinations.includes(destination)) {
    const near = nearest(destination, destinations);
    problems.push(
      problemAt(
        document,
        ['recipient', 'destination'],
        'unknown-destination',
        `dars.yaml has no destination ${quoted(destination)}`,
        near === undefined ? 'add it under destinations' : `did you mean ${near}?`,
      ),
    );
  }
  return problems;
}

/** A column that risk names and nothing has would not be measured, and nobody would know. */
function checkRisk({ risk, datasets }: Agreement, document: Document, catalogue: Catalogue): Problem[] {
  const owners = datasets.map(({ dataset }) => catalogue.get(dataset)).filter((each) => each !== undefined);
  return (['quasi_identifiers', 'sensitive', 'events'] as const).flatMap((list) =>
    (risk?.[list] ?? []).flatMap((name, index) =>
      owners.some((owner) => resolveColumn(catalogue, owner, name) !== undefined)
        ? []
        : [
            problemAt(
              document,
              ['risk', list, index],
              'unknown-column',
              `no dataset of the agreement has a column ${quoted(name)}`,
              'dars catalogue show DATASET lists the columns',
            ),
          ],
    ),
  );
}

/** That the catalogue has no such dataset. */
export function unknownDataset(
  name: string,
  known: readonly string[],
  document: Document,
  path: readonly PropertyKey[],
): Problem {
  const near = nearest(name, known);
  return problemAt(
    document,
    path,
    'unknown-dataset',
    `the catalogue has no dataset ${quoted(name)}`,
    near === undefined ? `it has ${known.join(', ')}` : `did you mean ${near}?`,
  );
}

/** That a column has no such derivation. */
export function noDerivation(
  column: string,
  asked: string,
  possible: readonly string[],
  document: Document,
  path: readonly PropertyKey[],
): Problem {
  return problemAt(
    document,
    path,
    'no-derivation',
    `${column} can't be given as ${asked}`,
    possible.length === 0 ? 'this column has no coarser form' : `it can be given as ${possible.join(', ')}`,
  );
}
