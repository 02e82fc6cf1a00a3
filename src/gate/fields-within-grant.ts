import type { Grant, Identifiability } from '../agreement/agreement-schema.ts';
import { PDS, resolveColumn } from '../catalogue/catalogue.ts';
import { type Dataset, findColumn } from '../catalogue/dataset.ts';
import { type Derivation, grants, needsEventDate } from '../catalogue/derivation.ts';
import { problemAt } from '../kernel/document.ts';
import { type AskedField, fieldPath, type Selection } from '../pipeline/pipeline-schema.ts';
import type { Asking } from './asking.ts';
import { clauseOf, grantOf } from './clause.ts';
import { DETAIL } from './identifiability.ts';
import type { Refusal } from './refusal.ts';

/** The columns asked for are granted, in the detail asked for. */
export function fieldRefusals(
  selection: Selection,
  grant: Grant,
  path: readonly PropertyKey[],
  identifiability: Identifiability,
  asking: Asking,
): Refusal[] {
  const dataset = asking.catalogue.get(grant.dataset);
  if (dataset === undefined) return [];
  return selection.fields.flatMap((field, index) => {
    const place = fieldPath(selection, path, index);
    const found = resolveColumn(asking.catalogue, dataset, field.from);
    if (found === undefined) return [];
    return [
      ...(found.joined
        ? joinRefusals(field, place, identifiability, asking)
        : ownRefusals(field, place, dataset, grant, asking)),
      ...eventRefusals(field, place, dataset, grant, asking),
    ];
  });
}

function ownRefusals(
  field: AskedField,
  place: readonly PropertyKey[],
  dataset: Dataset,
  grant: Grant,
  asking: Asking,
): Refusal[] {
  if (!isGranted(grant, dataset, field.from, field.as)) return [notGranted(field, place, dataset, grant, asking)];
  const column = findColumn(dataset, bare(field.from));
  if (column?.class !== 'restricted' || grant.identifiability !== 'identifiable') return [];
  return [
    problemAt(
      asking.pipeline.document,
      place,
      'restricted-with-identifier',
      `${column.name} is legally restricted and can't go out where the agreement grants identifiable data`,
      'leave it out, or have it granted as pseudonymised data by an agreement of its own',
    ),
  ];
}

/** Demographics that are joined on are given out as the dataset is; what limits PDS itself limits them too. */
function joinRefusals(
  field: AskedField,
  place: readonly PropertyKey[],
  identifiability: Identifiability,
  asking: Asking,
): Refusal[] {
  const { pipeline, agreement, catalogue } = asking;
  const pds = catalogue.get(PDS);
  if (pds === undefined) return [];
  const grant = grantOf(agreement, PDS);
  if (grant === undefined || !isGranted(grant, pds, field.from, field.as)) {
    return [notGranted(field, place, pds, grant, asking)];
  }
  const clause = clauseOf(agreement, grant);
  const refusals: Refusal[] = [];
  if (grant.identifiability !== undefined && DETAIL[identifiability] > DETAIL[grant.identifiability]) {
    refusals.push(
      problemAt(
        pipeline.document,
        place,
        'identifiability-not-granted',
        `${field.from} can't be joined to ${identifiability} data: PDS is granted ${grant.identifiability}`,
        `${clause} identifiability: ${grant.identifiability}`,
      ),
    );
  }
  if (grant.where !== undefined) {
    refusals.push(
      problemAt(
        pipeline.document,
        place,
        'rows-not-granted',
        `${field.from} can't be joined: PDS is granted only of some people, and a join gives it of all`,
        `${clause} where limits it`,
      ),
    );
  }
  return refusals;
}

/** The day of the event that an age is taken at: the age tells of it, so it must be granted, as it is. */
function eventRefusals(
  field: AskedField,
  place: readonly PropertyKey[],
  dataset: Dataset,
  grant: Grant,
  asking: Asking,
): Refusal[] {
  const { at } = field;
  if (at === undefined || !needsEventDate(field.as)) return [];
  if (at.toUpperCase() === dataset.date?.toUpperCase() || isGranted(grant, dataset, at, undefined)) return [];
  return [
    problemAt(
      asking.pipeline.document,
      [...place, 'at'],
      'field-not-granted',
      `${dataset.dataset} ${at.toUpperCase()} is not granted, and an age at that day would tell of it`,
      `${clauseOf(asking.agreement, grant)} fields lists what is`,
    ),
  ];
}

function isGranted(grant: Grant, dataset: Dataset, from: string, as: Derivation | undefined): boolean {
  const column = findColumn(dataset, bare(from));
  return (
    column !== undefined &&
    grant.fields.some(
      (field) => field.from.toUpperCase() === column.name.toUpperCase() && grants(column.concept, field.as, as),
    )
  );
}

function notGranted(
  { from, as }: AskedField,
  place: readonly PropertyKey[],
  dataset: Dataset,
  grant: Grant | undefined,
  { pipeline, agreement }: Asking,
): Refusal {
  const name = findColumn(dataset, bare(from))?.name ?? bare(from);
  return problemAt(
    pipeline.document,
    place,
    'field-not-granted',
    `${dataset.dataset} ${as === undefined ? name : `${name} as ${as}`} is not granted`,
    grant === undefined
      ? `the agreement grants no fields of ${dataset.dataset}`
      : `${clauseOf(agreement, grant)} fields lists what is`,
  );
}

/** `gender` for `pds.gender`. */
function bare(reference: string): string {
  return reference.replace(/^pds\./i, '');
}
