import { counted } from '../../kernel/counted.ts';
import { type Html, html, share } from '../../kernel/html.ts';
import { Is } from '../indexed-register.ts';
import { again } from '../store/again.ts';
import { Grouping } from '../store/grouping.ts';
import { changeItem } from './changes-page.ts';
import { nameOrder } from './name-order.ts';
import { type PageFrame, page, type SiteFile } from './page.ts';
import { dataTable, linkList, tiles } from './parts.ts';
import { rowTable } from './row-table.ts';
import type { SiteModel } from './site-model.ts';

/** The list of organisations. */
export function organisationList(frame: PageFrame): SiteFile {
  return page(frame, 'organisations.html', 'Organisations', listContent(frame.model), true);
}

function* listContent(model: SiteModel): Generator<Html> {
  const { organisations, indexed } = model;
  yield html`
<h1>Organisations</h1>
<p class="lead">${counted(organisations.size, 'organisation')} received data, or ${organisations.size === 1 ? 'has' : 'have'} an agreement under which it may.</p>
<p class="filter" hidden><label for="filter">Show only names with</label> <input id="filter" type="search" data-filters="list" autocomplete="off"> <span id="filtered" role="status"></span></p>
`;
  const theirs = new OrganisationParts(model);
  const rows = again(function* () {
    for (const organisation of nameOrder(organisations.names)) {
      const own = theirs.rows(organisation);
      const name = organisations.names.name(organisation);
      yield [
        html`<a href="organisation/${organisations.slug(organisation)}.html">${name}</a>`,
        theirs.type(organisation),
        theirs.agreements(organisation).length,
        own.filter((row) => indexed.has(row, Is.ofRange)).length,
        own.length,
      ];
    }
  });
  const heads = ['Organisation', 'Type', 'Agreements', 'Rows in these days', 'Rows in all'];
  yield* dataTable('Organisations', heads, rows, { id: 'list' });
}

/** What belongs to each organisation. */
class OrganisationParts {
  readonly #model: SiteModel;
  readonly #rows: Grouping;
  readonly #named: Grouping;

  constructor(model: SiteModel) {
    this.#model = model;
    this.#rows = new Grouping(model.indexed.organisationOf, model.organisations.size);
    this.#named = new Grouping(model.organisationOf, model.organisations.size);
  }

  /** Standing rows, all days. */
  rows(organisation: number): Int32Array {
    return this.#rows.of(organisation);
  }

  /** The agreements that are with it, and those of others that it received data under. */
  agreements(organisation: number): number[] {
    const all = new Set(this.#named.of(organisation));
    for (const row of this.rows(organisation)) all.add(this.#model.agreements.ofRow(row));
    return [...all];
  }

  type(organisation: number): string {
    for (const agreement of this.#named.of(organisation)) {
      const type = this.#model.typeOf(agreement);
      if (type !== '') return type;
    }
    return '';
  }
}

/** One page an organisation: what it received, under which agreements, and with which answer to opt-outs. */
export function* organisationPages(frame: PageFrame): Generator<SiteFile> {
  const { model } = frame;
  const { organisations, indexed, mixed } = model;
  const organisationOf = new Int32Array(indexed.changes.size);
  for (let number = 0; number < organisationOf.length; number += 1)
    organisationOf[number] = organisations.names.find(indexed.changes.get(number).organisation) ?? -1;
  const changes = new Grouping(organisationOf, organisations.size);
  const flagged: [organisation: number, dataset: string][] = [];
  for (const { organisation, dataset } of mixed.names())
    flagged.push([organisations.names.find(organisation) ?? -1, dataset]);
  const flags = new Grouping(
    Int32Array.from(flagged, ([organisation]) => organisation),
    organisations.size,
  );
  const parts = new OrganisationParts(model);
  for (let organisation = 0; organisation < organisations.size; organisation += 1) {
    const mixedDatasets = Array.from(flags.of(organisation), (flag) => flagged[flag]?.[1] ?? '');
    yield page(
      frame,
      `organisation/${organisations.slug(organisation)}.html`,
      organisations.names.name(organisation),
      pageContent(model, organisation, parts, changes.of(organisation), mixedDatasets),
    );
  }
}

function* pageContent(
  model: SiteModel,
  organisation: number,
  parts: OrganisationParts,
  changes: Int32Array,
  mixed: readonly string[],
): Generator<Html> {
  const { organisations, indexed } = model;
  const name = organisations.names.name(organisation);
  const [rows, agreements, type] = [parts.rows(organisation), parts.agreements(organisation), parts.type(organisation)];
  const [formerly, alike] = [[...(model.formerOrganisations.get(name) ?? [])], model.alike(organisation)];
  const applied = rows.filter((row) => indexed.has(row, Is.applied)).length;
  const rowsOfDataset = new Map<number, number>();
  for (const row of rows) {
    const dataset = indexed.datasetOf[row] ?? -1;
    rowsOfDataset.set(dataset, (rowsOfDataset.get(dataset) ?? 0) + 1);
  }
  yield html`
<p class="crumb"><a href="../organisations.html">Organisations</a></p>
<h1>${name}</h1>
<p class="lead">${type === '' ? undefined : html`${type}. `}${rows.length === 0 ? html`No release is recorded yet.` : html`Opt-outs were applied to ${applied} of ${counted(rows.length, 'row')} (${share(applied, rows.length)}).`}</p>
${formerly.length === 0 ? undefined : html`<p>Formerly ${formerly.join('; ')}.</p>`}
${alike.length === 0 ? undefined : html`<p>The register spells this name in other ways as well: ${alike.map((other, index) => html`${index === 0 ? '' : ', '}<a href="${organisations.slug(other)}.html">${organisations.names.name(other)}</a>`)}.</p>`}
${tiles([
  [rows.length, 'rows', '#rows'],
  [agreements.length, agreements.length === 1 ? 'agreement' : 'agreements', '#agreements'],
  [rowsOfDataset.size, rowsOfDataset.size === 1 ? 'dataset' : 'datasets', '#datasets'],
])}
${mixed.length === 0 ? undefined : html`<div class="notice"><h2>With and without opt-outs</h2><p>In these days it received ${counted(mixed.length, 'dataset')} both with opt-outs applied and without: ${mixed.join('; ')}. <a href="../mixed-opt-outs.html">See why</a>.</p></div>`}
<h2 id="agreements">Agreements</h2>
`;
  yield* agreementTable(model, organisation, agreements);
  yield html`
<h2 id="datasets">Datasets</h2>
${datasetLinks(model, rowsOfDataset)}
<h2 id="rows">What was received</h2>
`;
  if (rows.length === 0)
    yield html`<p>No file is recorded. That does not mean that no data were shared before this register began.</p>`;
  else
    yield* rowTable('Rows of the register', rows, ['row', 'month', 'dataset', 'agreement', 'form', 'opt-outs'], model);
  yield html`
`;
  if (changes.length === 0) return;
  yield html`<h2>Changes to what the register said</h2><ul class="changes">`;
  for (const number of changes) yield changeItem(indexed.changes.get(number), model, '../');
  yield html`</ul>`;
}

function agreementTable(model: SiteModel, organisation: number, all: readonly number[]): Generator<Html> {
  const { agreements, indexed } = model;
  const rows = again(function* () {
    for (const agreement of all) {
      const latest = agreements.latest(agreement);
      const own = agreements.standingRows(agreement).filter((row) => indexed.organisationOf[row] === organisation);
      yield [
        html`<a class="ref" href="../agreement/${agreements.slug(agreement)}.html">${agreements.names.name(agreement)}</a>`,
        purposeOf(latest?.facts.title ?? '', latest?.facts.objective),
        agreements.versionNumbers(agreement).length,
        own.length,
      ];
    }
  });
  return dataTable('Agreements', ['Agreement', 'What it is for', 'Versions', 'Rows'], rows);
}

function datasetLinks({ datasets }: SiteModel, rows: ReadonlyMap<number, number>): Html {
  if (rows.size === 0) return html`<p>None yet.</p>`;
  const all = [...rows].map(([dataset, count]) => ({ dataset, name: datasets.names.name(dataset), count }));
  const items = nameOrder(all.map(({ name }) => name)).flatMap((place) => all[place] ?? []);
  return linkList(
    items.map(({ dataset, name, count }) => ({
      name: `${name} (${count})`,
      to: `../dataset/${datasets.slug(dataset)}.html`,
    })),
  );
}

/** A title, or the beginning of the objective. */
export function purposeOf(title: string, objective: string | undefined, most = 160): string {
  if (title !== '') return title;
  const text = (objective ?? '').replaceAll(/\s+/g, ' ').trim();
  return text.length <= most ? text : `${text.slice(0, most - 2).replace(/\s\S*$/, '')} …`;
}
