import { counted } from '../../kernel/counted.ts';
import { dayInWords } from '../../kernel/date-range.ts';
import { type Html, html } from '../../kernel/html.ts';
import { saysApplied } from '../../kernel/opt-out-answer.ts';
import { type AgreementVersion, stemOf, yesOrNo } from '../agreement-facts.ts';
import type { Change } from '../changes.ts';
import type { RegisterRow } from '../register-row.ts';
import { printed } from '../words.ts';
import { changeItem } from './changes-page.ts';
import { organisationLink } from './mixed-page.ts';
import { purposeOf } from './organisation-pages.ts';
import { type PageFrame, page, type SiteFile } from './page.ts';
import { answerMark, dataTable, textSection } from './parts.ts';
import { rowTable } from './row-table.ts';
import { type AgreementSubject, byName, grouped, type SiteModel } from './site-model.ts';

/** The list of agreements, with what a script needs to filter it. */
export function agreementList(frame: PageFrame): SiteFile {
  const { model } = frame;
  const all = [...model.agreements.values()].sort((a, b) =>
    byName({ name: `${a.organisation} ${a.name}` }, { name: `${b.organisation} ${b.name}` }),
  );
  const rows = all.map((each) => [
    html`<a class="ref" href="agreement/${each.slug}.html">${each.name}</a>`,
    each.organisation,
    purposeOf(each.title, each.versions.at(-1)?.facts.objective),
    each.rows.length,
  ]);
  const datasets = [...model.datasets.values()].sort(byName);
  const facets: readonly (readonly [label: string, options: readonly (readonly [token: string, name: string])[]])[] = [
    ['Organisation type', typesOf(all).map((type, index) => [`t${index}`, type])],
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
    ['Dataset', datasets.map(({ name }, index) => [`d${index}`, name])],
  ];
  const types = new Map(typesOf(all).map((type, index) => [type, index]));
  const places = new Map(datasets.map(({ name }, index) => [name, index]));
  const selects = facets.map(
    ([label, options], index) => html`<p><label for="facet${index}">${label}</label>
<select id="facet${index}" data-facet><option value="">All</option>${options.map(([token, name]) => html`<option value="${token}">${name}</option>`)}</select></p>`,
  );
  const content = html`
<h1>Agreements</h1>
<p class="lead">${counted(all.length, 'data sharing agreement')}, with ${counted(model.register.agreements.size, 'version')}. Each has a page with its purpose, its history, its legal basis and every file that was released under it.</p>
<form class="facets" hidden><p><label for="filter">Words in the list</label> <input id="filter" type="search" data-filters="list" autocomplete="off"></p>${selects}</form>
<p class="filter" hidden><span id="filtered" role="status"></span></p>
${dataTable('Agreements', ['Agreement', 'Organisation', 'What it is for', 'Rows'], rows, {
  id: 'list',
  attributes: (index) => html` data-tokens="${tokensOf(all[index], types, places)}"`,
})}`;
  return page(frame, 'agreements.html', 'Agreements', content, true);
}

function typesOf(all: readonly AgreementSubject[]): string[] {
  return [...new Set(all.map((each) => each.versions.at(-1)?.facts.organisation_type ?? ''))].filter(Boolean).sort();
}

function tokensOf(
  agreement: AgreementSubject | undefined,
  types: ReadonlyMap<string, number>,
  datasets: ReadonlyMap<string, number>,
): string {
  if (agreement === undefined) return '';
  const { rows, versions } = agreement;
  const facts = versions.at(-1)?.facts;
  const some = (test: (row: RegisterRow) => boolean): boolean => rows.some(test);
  const applied = some(({ values }) => saysApplied(values.opt_outs));
  const withheld = some(({ values }) => !saysApplied(values.opt_outs));
  const named = [...rows.map(({ values }) => values.dataset), ...(facts?.datasets ?? []).map(({ title }) => title)];
  const type = types.get(facts?.organisation_type ?? '');
  return [
    ...(type === undefined ? [] : [`t${type}`]),
    ...(some(({ values }) => /^identifiable/i.test(values.identifiability)) ? ['i'] : []),
    ...(some(({ values }) => !/^identifiable/i.test(values.identifiability)) ? ['a'] : []),
    ...(applied ? ['y'] : []),
    ...(withheld ? ['n'] : []),
    ...(applied && withheld ? ['b'] : []),
    ...(some(({ values }) => values.sensitive === 'Sensitive') ? ['s'] : []),
    ...(some(({ values }) => /^non/i.test(values.sensitive)) ? ['p'] : []),
    ...(facts?.commercial === true ? ['c'] : facts?.commercial === false ? ['o'] : []),
    ...[...new Set(named)].flatMap((name) => (datasets.has(name) ? [`d${datasets.get(name)}`] : [])),
  ].join(' ');
}

/** One page an agreement, with all its versions. */
export function* agreementPages(frame: PageFrame): Generator<SiteFile> {
  const changes = grouped(frame.model.allChanges, ({ agreement }) => stemOf(agreement));
  for (const agreement of frame.model.agreements.values()) {
    yield agreementPage(frame, agreement, changes.get(agreement.name) ?? []);
  }
}

function agreementPage(frame: PageFrame, agreement: AgreementSubject, changes: readonly Change[]): SiteFile {
  const { model } = frame;
  const { name, title, versions, organisation, allRows, slug } = agreement;
  const latest = versions.at(-1);
  const content = html`
<p class="crumb"><a href="../agreements.html">Agreements</a></p>
<h1>${title === '' ? name : title}</h1>
<p class="lead">${title === '' ? undefined : html`${name}. `}${organisation === '' ? undefined : organisationLink(organisation, model, '../')}</p>
<ul class="jump" aria-label="On this page">${latest === undefined ? undefined : html`<li><a href="#purpose">What it is for</a></li>`}<li><a href="#files">What was released</a></li><li><a href="#versions">Versions</a></li><li><a href="#amendments">Amendments</a></li></ul>
${latest === undefined ? html`<p>The register says nothing of this agreement but its releases.</p>` : facts(latest)}
${datasetTable(agreement, model)}
${latest === undefined ? undefined : html`<section class="purpose" id="purpose"><h2>What it is for</h2>${purpose(latest)}</section>`}
<h2 id="files">What was released</h2>
${
  allRows.length === 0
    ? html`<p>No file is recorded for this agreement. That does not mean that no data were shared under it before this register began.</p>`
    : rowTable('Rows of the register', allRows, ['row', 'month', 'dataset', 'agreement', 'form', 'opt-outs'], model)
}
<h2 id="versions">Versions</h2>
${versions.length === 0 ? html`<p>None is described.</p>` : versionTable(versions)}
${versions
  .slice(0, -1)
  .reverse()
  .map(
    (version) =>
      html`<details><summary>Purpose as version ${versionOf(version)} says it</summary>${purpose(version)}</details>`,
  )}
<h2 id="amendments">Amendments</h2>
${changes.length === 0 ? html`<p>Nothing that the register said of this agreement or its releases has been amended, added late or withdrawn.</p>` : html`<ul class="changes">${changes.map((change) => changeItem(change, model, '../'))}</ul>`}`;
  return page(frame, `agreement/${slug}.html`, title === '' ? name : title, content);
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
function datasetTable({ versions, rows }: AgreementSubject, model: SiteModel): Html | undefined {
  const link = (title: string): Html =>
    html`<a href="../dataset/${model.datasets.get(title)?.slug ?? ''}.html">${title}</a>`;
  const granted = versions.at(-1)?.facts.datasets;
  const lines =
    granted === undefined
      ? [
          ...grouped(rows, ({ values: v }) =>
            JSON.stringify([v.dataset, v.identifiability, v.legal_basis, v.common_law_duty, v.opt_outs]),
          ).values(),
        ].flatMap(([row]) =>
          row === undefined
            ? []
            : [
                [
                  link(row.values.dataset),
                  row.values.identifiability,
                  row.values.legal_basis,
                  row.values.common_law_duty,
                  answerMark(row.values.opt_outs),
                ],
              ],
        )
      : granted.map((each) => [
          link(each.title),
          printed('identifiability', each.identifiability),
          each.legal_basis,
          printed('common_law_duty', each.common_law_duty),
          answerMark(each.opt_outs),
        ]);
  if (lines.length === 0) return undefined;
  const heads = ['Dataset', 'Type of data', 'Legal basis', 'Common law duty of confidentiality', 'Opt-outs'];
  return html`<h2>Datasets and legal basis</h2>
${dataTable(granted === undefined ? 'As the releases show' : 'As the latest version grants', heads, lines)}`;
}

function versionTable(versions: readonly AgreementVersion[]): Html {
  const newest = [...versions].reverse();
  return dataTable(
    'Versions, the newest first',
    ['Reference', 'Term', 'In the register since', 'Different from the version before'],
    newest.map((version, index) => [
      version.reference,
      version.facts.term === undefined
        ? ''
        : `${dayInWords(version.facts.term.start)} to ${dayInWords(version.facts.term.end)}`,
      dayInWords(version.known),
      differences(version, newest[index + 1]),
    ]),
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
