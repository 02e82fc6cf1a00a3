import { counted } from '../../kernel/counted.ts';
import { dayInWords } from '../../kernel/date-range.ts';
import { type Html, html } from '../../kernel/html.ts';
import { type AgreementVersion, stemOf, yesOrNo } from '../agreement-facts.ts';
import { Is } from '../indexed-register.ts';
import { again } from '../store/again.ts';
import { Grouping } from '../store/grouping.ts';
import { printed } from '../words.ts';
import { changeItem } from './changes-page.ts';
import { organisationLink } from './mixed-page.ts';
import { nameOrder } from './name-order.ts';
import { purposeOf } from './organisation-pages.ts';
import { type PageFrame, page, type SiteFile } from './page.ts';
import { answerMark, dataTable, textSection } from './parts.ts';
import { rowTable } from './row-table.ts';
import type { SiteModel } from './site-model.ts';

/** The list of agreements, with what a script needs to filter it. */
export function agreementList(frame: PageFrame): SiteFile {
  return page(frame, 'agreements.html', 'Agreements', listContent(frame.model), true);
}

function* listContent(model: SiteModel): Generator<Html> {
  const { indexed, agreements, datasets, agreementsInOrder, typeOf } = model;
  const types = [...new Set(agreementsInOrder.map(typeOf))].filter(Boolean).sort();
  const datasetOrder = nameOrder(datasets.names);
  const facets: readonly (readonly [label: string, options: readonly (readonly [token: string, name: string])[]])[] = [
    ['Organisation type', types.map((type, index) => [`t${index}`, type])],
    [
      'Type of data',
      [
        ['i', 'Identifiable'],
        ['a', 'Not identifiable'],
      ],
    ],
    [
      'Opt-outs',
      [
        ['y', 'Applied'],
        ['n', 'Not applied'],
        ['b', 'Both'],
      ],
    ],
    [
      'Sensitive',
      [
        ['s', 'Sensitive'],
        ['p', 'Not sensitive'],
      ],
    ],
    [
      'Commercial',
      [
        ['c', 'For commercial purposes'],
        ['o', 'Not for commercial purposes'],
      ],
    ],
    ['Dataset', datasetOrder.map((dataset, index) => [`d${index}`, datasets.names.name(dataset)])],
  ];
  const selects = facets.map(
    ([label, options], index) => html`<p><label for="facet${index}">${label}</label>
<select id="facet${index}" data-facet><option value="">All</option>${options.map(([token, name]) => html`<option value="${token}">${name}</option>`)}</select></p>`,
  );
  yield html`
<h1>Agreements</h1>
<p class="lead">${counted(agreements.size, 'data sharing agreement')}, with ${counted(indexed.register.versionCount, 'version')}. Each has a page with its purpose, its history, its legal basis and every file that was released under it.</p>
<form class="facets" hidden><p><label for="filter">Words in the list</label> <input id="filter" type="search" data-filters="list" autocomplete="off"></p>${selects}</form>
<p class="filter" hidden><span id="filtered" role="status"></span></p>
`;
  const places = { types: new Map(types.map((type, index) => [type, index])), datasets: new Int32Array(datasets.size) };
  for (const [index, dataset] of datasetOrder.entries()) places.datasets[dataset] = index;
  let tokens = html``;
  const rows = again(function* () {
    for (const agreement of agreementsInOrder) {
      const [latest, standing] = [agreements.latest(agreement), agreements.standingRows(agreement)];
      tokens = html` data-tokens="${tokensOf(model, standing, latest, places)}"`;
      yield [
        html`<a class="ref" href="agreement/${agreements.slug(agreement)}.html">${agreements.names.name(agreement)}</a>`,
        model.organisations.names.name(model.organisationOf[agreement] ?? -1),
        purposeOf(latest?.facts.title ?? '', latest?.facts.objective),
        standing.length,
      ];
    }
  });
  yield* dataTable('Agreements', ['Agreement', 'Organisation', 'What it is for', 'Rows'], rows, {
    id: 'list',
    attributes: () => tokens,
  });
}

/** What a filter of the list looks for: of the latest version, and of the rows. */
function tokensOf(
  { indexed, datasets }: SiteModel,
  rows: Int32Array,
  latest: AgreementVersion | undefined,
  places: { readonly types: ReadonlyMap<string, number>; readonly datasets: Int32Array },
): string {
  let [bits, all] = [0, 0xff];
  const named = new Set<number>();
  for (const row of rows) {
    bits |= indexed.is[row] ?? 0;
    all &= indexed.is[row] ?? 0;
    named.add(indexed.datasetOf[row] ?? -1);
  }
  for (const { title } of latest?.facts.datasets ?? []) named.add(datasets.names.find(title) ?? -1);
  const some = (bit: number): boolean => (bits & bit) !== 0;
  const notAll = (bit: number): boolean => rows.length > 0 && (all & bit) === 0;
  const [applied, withheld] = [some(Is.applied), notAll(Is.applied)];
  const type = places.types.get(latest?.facts.organisation_type ?? '');
  const commercial = latest?.facts.commercial;
  return [
    ...(type === undefined ? [] : [`t${type}`]),
    ...(some(Is.identifiable) ? ['i'] : []),
    ...(notAll(Is.identifiable) ? ['a'] : []),
    ...(applied ? ['y'] : []),
    ...(withheld ? ['n'] : []),
    ...(applied && withheld ? ['b'] : []),
    ...(some(Is.sensitive) ? ['s'] : []),
    ...(some(Is.notSensitive) ? ['p'] : []),
    ...(commercial === true ? ['c'] : commercial === false ? ['o'] : []),
    ...[...named].map((dataset) => `d${places.datasets[dataset]}`),
  ].join(' ');
}

/** One page an agreement, with all its versions. */
export function* agreementPages(frame: PageFrame): Generator<SiteFile> {
  const { model } = frame;
  const { agreements, indexed } = model;
  const agreementOf = new Int32Array(indexed.changes.size);
  for (let number = 0; number < agreementOf.length; number += 1)
    agreementOf[number] = agreements.names.find(stemOf(indexed.changes.get(number).agreement)) ?? -1;
  const changes = new Grouping(agreementOf, agreements.size);
  for (let agreement = 0; agreement < agreements.size; agreement += 1) {
    const latest = agreements.latest(agreement);
    const [name, title] = [agreements.names.name(agreement), latest?.facts.title ?? ''];
    yield page(
      frame,
      `agreement/${agreements.slug(agreement)}.html`,
      title === '' ? name : title,
      pageContent(model, agreement, latest, changes.of(agreement)),
    );
  }
}

function* pageContent(
  model: SiteModel,
  agreement: number,
  latest: AgreementVersion | undefined,
  changes: Int32Array,
): Generator<Html> {
  const { agreements, organisations, organisationOf, indexed } = model;
  const [name, title] = [agreements.names.name(agreement), latest?.facts.title ?? ''];
  const organisation = organisations.names.name(organisationOf[agreement] ?? -1);
  const rows = agreements.rows(agreement);
  const versions = agreements.versionNumbers(agreement);
  yield html`
<p class="crumb"><a href="../agreements.html">Agreements</a></p>
<h1>${title === '' ? name : title}</h1>
<p class="lead">${title === '' ? undefined : html`${name}. `}${organisation === '' ? undefined : organisationLink(organisation, model, '../')}</p>
<ul class="jump" aria-label="On this page">${latest === undefined ? undefined : html`<li><a href="#purpose">What it is for</a></li>`}<li><a href="#files">What was released</a></li><li><a href="#versions">Versions</a></li><li><a href="#amendments">Amendments</a></li></ul>
${latest === undefined ? html`<p>The register says nothing of this agreement but its releases.</p>` : facts(latest)}
`;
  yield* datasetTable(model, agreement, latest);
  yield html`
${latest === undefined ? undefined : html`<section class="purpose" id="purpose"><h2>What it is for</h2>${purpose(latest)}</section>`}
<h2 id="files">What was released</h2>
`;
  if (rows.length === 0)
    yield html`<p>No file is recorded for this agreement. That does not mean that no data were shared under it before this register began.</p>`;
  else
    yield* rowTable('Rows of the register', rows, ['row', 'month', 'dataset', 'agreement', 'form', 'opt-outs'], model);
  yield html`
<h2 id="versions">Versions</h2>
`;
  if (versions.length === 0) yield html`<p>None is described.</p>`;
  else yield* versionTable(model, versions);
  yield html`
`;
  for (const number of versions.slice(0, -1).reverse()) {
    const version = indexed.register.version(number);
    yield html`<details><summary>Purpose as version ${versionOf(version)} says it</summary>${purpose(version)}</details>`;
  }
  yield html`
<h2 id="amendments">Amendments</h2>
`;
  if (changes.length === 0) {
    yield html`<p>Nothing that the register said of this agreement or its releases has been amended, added late or withdrawn.</p>`;
    return;
  }
  yield html`<ul class="changes">`;
  for (const number of changes) yield changeItem(indexed.changes.get(number), model, '../');
  yield html`</ul>`;
}

function facts({ facts: said, formerOrganisation }: AgreementVersion): Html {
  const items: readonly (readonly [string, Html | string | undefined])[] = [
    ['Organisation type', said.organisation_type],
    ['Formerly', formerOrganisation],
    [
      'Start and end',
      said.term === undefined ? undefined : `${dayInWords(said.term.start)} to ${dayInWords(said.term.end)}`,
    ],
    ['Signed', said.signed === undefined ? undefined : dayInWords(said.signed)],
    ['Data controllers', said.controllers?.map(({ name, role }) => `${name} (${role})`).join('; ')],
    ['Data processors', said.processors === undefined ? undefined : said.processors.join('; ') || 'None'],
    ['For commercial purposes', yesOrNo(said.commercial)],
    ['May be passed on under a sub-licence', yesOrNo(said.sublicensing)],
    ['Funder', said.funder],
    [
      'Advice and approval',
      said.approvals === undefined || said.approvals.length === 0
        ? undefined
        : html`<ul class="plain">${said.approvals.map(
            ({ body, reference, dataset, outcome, on }) =>
              html`<li>${[body, reference, dataset].filter(Boolean).join(' ')}: ${outcome}${on === undefined ? '' : `, ${dayInWords(on)}`}</li>`,
          )}</ul>`,
    ],
  ];
  const known = items.filter(([, value]) => value !== undefined && value !== '');
  return known.length === 0
    ? html``
    : html`<dl class="facts">${known.map(([what, value]) => html`<div><dt>${what}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function purpose({ facts: said }: AgreementVersion): Html {
  const sections = [
    textSection('Objective for processing', said.objective),
    textSection('Processing activities', said.processing),
    textSection('Expected output', said.outputs),
    textSection('Expected measurable benefits', said.benefits),
    textSection('Yielded benefits', said.yielded_benefits),
  ].filter((section) => section !== undefined);
  return sections.length === 0 ? html`<p>The register does not say.</p>` : html`${sections}`;
}

/** What the latest version grants; where the register never said so, what the releases show. */
function* datasetTable(model: SiteModel, agreement: number, latest: AgreementVersion | undefined): Generator<Html> {
  const link = (title: string): Html =>
    html`<a href="../dataset/${model.datasets.slugOf(title) ?? ''}.html">${title}</a>`;
  const granted = latest?.facts.datasets;
  const lines =
    granted === undefined
      ? shownDatasets(model, agreement).map(([dataset, form, basis, duty, answer]) => [
          ...[link(dataset), form, basis, duty, answerMark(answer)],
        ])
      : granted.map((each) => [
          link(each.title),
          printed('identifiability', each.identifiability),
          each.legal_basis,
          printed('common_law_duty', each.common_law_duty),
          answerMark(each.opt_outs),
        ]);
  if (lines.length === 0) return;
  const heads = ['Dataset', 'Type of data', 'Legal basis', 'Common law duty of confidentiality', 'Opt-outs'];
  yield html`<h2>Datasets and legal basis</h2>
`;
  yield* dataTable(granted === undefined ? 'As the releases show' : 'As the latest version grants', heads, lines);
}

type ShownDataset = readonly [dataset: string, form: string, basis: string, duty: string, answer: string];

function shownDatasets({ agreements, indexed }: SiteModel, agreement: number): ShownDataset[] {
  const shown = new Map<string, ShownDataset>();
  for (const number of agreements.standingRows(agreement)) {
    const { values: v } = indexed.register.row(number);
    const each: ShownDataset = [v.dataset, v.identifiability, v.legal_basis, v.common_law_duty, v.opt_outs];
    shown.set(JSON.stringify(each), each);
  }
  return [...shown.values()];
}

function versionTable({ indexed: { register } }: SiteModel, versions: readonly number[]): Generator<Html> {
  const newest = [...versions].reverse();
  const rows = again(function* () {
    let version = newest[0] === undefined ? undefined : register.version(newest[0]);
    for (const before of [...newest.slice(1), undefined]) {
      if (version === undefined) return;
      const earlier = before === undefined ? undefined : register.version(before);
      const { reference, facts: said, known } = version;
      yield [
        reference,
        said.term === undefined ? '' : `${dayInWords(said.term.start)} to ${dayInWords(said.term.end)}`,
        dayInWords(known),
        differences(version, earlier),
      ];
      version = earlier;
    }
  });
  return dataTable(
    'Versions, the newest first',
    ['Reference', 'Term', 'In the register since', 'Different from the version before'],
    rows,
  );
}

function differences(version: AgreementVersion, before: AgreementVersion | undefined): string {
  if (before === undefined) return 'The first in this register';
  const parts: readonly (readonly [string, (facts: AgreementVersion['facts']) => unknown])[] = [
    ['organisation', ({ organisation }) => organisation],
    ['title', ({ title }) => title],
    ['objective', ({ objective }) => objective],
    ['processing', ({ processing }) => processing],
    ['expected output', ({ outputs }) => outputs],
    ['expected benefits', ({ benefits }) => benefits],
    ['yielded benefits', ({ yielded_benefits: yielded }) => yielded],
    ['controllers', ({ controllers }) => JSON.stringify(controllers)],
    ['processors', ({ processors }) => JSON.stringify(processors)],
    ['datasets', ({ datasets }) => JSON.stringify(datasets)],
    ['commercial purposes', ({ commercial }) => commercial],
    ['sub-licensing', ({ sublicensing }) => sublicensing],
  ];
  const changed = parts.filter(([, of]) => of(version.facts) !== of(before.facts)).map(([what]) => what);
  return changed.length === 0 ? 'The reference alone' : changed.join(', ');
}

function versionOf({ reference }: AgreementVersion): string {
  return /v\d+\.\d+$/.exec(reference.trim())?.[0] ?? reference;
}
