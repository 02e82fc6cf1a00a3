import { counted } from '../../kernel/counted.ts';
import { type Html, html, share } from '../../kernel/html.ts';
import { Is } from '../indexed-register.ts';
import { again } from '../store/again.ts';
import { Grouping } from '../store/grouping.ts';
import { organisationLink } from './mixed-page.ts';
import { nameOrder } from './name-order.ts';
import { type PageFrame, page, type SiteFile } from './page.ts';
import { answerMark, dataTable, tiles } from './parts.ts';
import type { SiteModel } from './site-model.ts';

/** The list of datasets. */
export function datasetList(frame: PageFrame): SiteFile {
  return page(frame, 'datasets.html', 'Datasets', listContent(frame));
}

function* listContent({ model, custodian }: PageFrame): Generator<Html> {
  const { datasets, indexed } = model;
  yield html`
<h1>Datasets</h1>
<p class="lead">${counted(datasets.size, 'dataset')} that ${custodian} gave out, or may.</p>
`;
  const byDataset = new Grouping(indexed.datasetOf, datasets.size);
  const rows = again(function* () {
    for (const dataset of nameOrder(datasets.names)) {
      const own = byDataset.of(dataset);
      const count = (bit: number): number => own.filter((row) => indexed.has(row, bit)).length;
      yield [
        html`<a href="dataset/${datasets.slug(dataset)}.html">${datasets.names.name(dataset)}</a>`,
        new Set(own.map((row) => indexed.organisationOf[row] ?? -1)).size,
        count(Is.ofRange),
        own.length,
        share(count(Is.applied), own.length),
      ];
    }
  });
  const heads = ['Dataset', 'Organisations', 'Rows in these days', 'Rows in all', 'With opt-outs applied'];
  yield* dataTable('Datasets', heads, rows);
}

/** One page a dataset: who received it, under which agreements, with which answer to opt-outs. */
export function* datasetPages(frame: PageFrame): Generator<SiteFile> {
  const { datasets, indexed } = frame.model;
  const byDataset = new Grouping(indexed.datasetOf, datasets.size);
  for (let dataset = 0; dataset < datasets.size; dataset += 1) {
    const path = `dataset/${datasets.slug(dataset)}.html`;
    const name = datasets.names.name(dataset);
    yield page(frame, path, name, pageContent(frame.model, name, byDataset.of(dataset)));
  }
}

/** The rows of one organisation among those of a dataset: how many, to how many opt-outs were applied, and under what. */
interface Recipient {
  rows: number;
  applied: number;
  readonly agreements: Set<number>;
}

function* pageContent(model: SiteModel, name: string, rows: Int32Array): Generator<Html> {
  const { indexed } = model;
  const recipients = new Map<number, Recipient>();
  const agreements = new Set<number>();
  const answers = new Map<number, number>();
  let [applied, identifiable] = [0, 0];
  for (const row of rows) {
    const organisation = indexed.organisationOf[row] ?? -1;
    const agreement = model.agreements.ofRow(row);
    const recipient = recipients.get(organisation) ?? { rows: 0, applied: 0, agreements: new Set() };
    recipients.set(organisation, recipient);
    recipient.rows += 1;
    recipient.agreements.add(agreement);
    agreements.add(agreement);
    if (indexed.has(row, Is.identifiable)) identifiable += 1;
    if (indexed.has(row, Is.applied)) {
      applied += 1;
      recipient.applied += 1;
    }
    const answer = indexed.answerOf[row] ?? -1;
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  }
  const formerly = [...(model.formerDatasets.get(name) ?? [])];
  yield html`
<p class="crumb"><a href="../datasets.html">Datasets</a></p>
<h1>${name}</h1>
<p class="lead">${rows.length === 0 ? 'No release is recorded yet.' : `Identifiable in ${identifiable} of ${counted(rows.length, 'row')}; opt-outs were applied to ${applied} (${share(applied, rows.length)}).`}</p>
${formerly.length === 0 ? undefined : html`<p>Formerly ${formerly.join('; ')}.</p>`}
${tiles([
  [rows.length, 'rows', '#organisations'],
  [recipients.size, 'organisations', '#organisations'],
  [agreements.size, 'agreements', '#organisations'],
])}
`;
  if (answers.size > 0) {
    yield html`<h2>Opt-outs</h2>`;
    const mostFirst = [...answers].sort(([, a], [, b]) => b - a);
    yield* dataTable(
      'Answers and reasons',
      ['Opt-outs', 'Rows'],
      mostFirst.map(([answer, count]) => [answerMark(indexed.answers.name(answer)), count]),
    );
  }
  yield html`
<h2 id="organisations">Who received it</h2>
`;
  if (recipients.size === 0) yield html`<p>Nobody yet.</p>`;
  else yield* recipientTable(model, recipients);
}

function recipientTable(model: SiteModel, recipients: ReadonlyMap<number, Recipient>): Generator<Html> {
  const { organisations, agreements } = model;
  const all = [...recipients];
  const order = nameOrder(all.map(([organisation]) => organisations.names.name(organisation)));
  const rows = again(function* () {
    for (const place of order) {
      const [organisation, own] = all[place] ?? [];
      if (organisation === undefined || own === undefined) continue;
      yield [
        organisationLink(organisations.names.name(organisation), model, '../'),
        html`<ul class="plain">${[...own.agreements].map((agreement) => html`<li><a href="../agreement/${agreements.slug(agreement)}.html">${agreements.names.name(agreement)}</a></li>`)}</ul>`,
        own.rows,
        own.applied,
      ];
    }
  });
  return dataTable('Organisations', ['Organisation', 'Agreements', 'Rows', 'With opt-outs applied'], rows);
}
