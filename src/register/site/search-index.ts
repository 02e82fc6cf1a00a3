import { html } from '../../kernel/html.ts';
import { again } from '../store/again.ts';
import { purposeOf } from './organisation-pages.ts';
import { type PageFrame, page, type SiteFile } from './page.ts';
import type { SiteModel } from './site-model.ts';
import { WordIndex } from './word-index.ts';

/*
 * Search without a server. Words of every agreement (names, datasets, purposes) point to agreements; the words lie in
 * files by their first two letters, as scripts rather than JSON, so that a page opened from a disk can load them as
 * well. A search loads the list of agreements once and one file a word.
 */

/** Words that stand in nearly every text find nothing. */
const COMMON = new Set(
  'a an and are as at be been by can data for from has have in into is it its may not of on or that the their them there these they this those to under was were which who will with within'.split(
    ' ',
  ),
);

/** The search page, the list of agreements and the index of words. */
export function* searchFiles(frame: PageFrame): Generator<SiteFile> {
  const { model } = frame;
  yield searchPage(frame);
  const index = new WordIndex(model.indexed.register.scratch);
  for (const [place, agreement] of model.agreementsInOrder.entries()) addWords(index, place, agreement, model);
  const parts = [...index.parts].sort();
  yield { path: 'search/agreements.js', texts: again(() => agreementList(model, parts)) };
  // One pass gives the words of all parts, one part behind the other, as their files are written.
  const words = index.words();
  let next = words.next();
  for (const part of parts) {
    yield { path: `search/words-${part}.js`, texts: wordsOfPart(part) };
  }

  function* wordsOfPart(part: string): Generator<string> {
    yield `registerSearch.words(${script(part)},{`;
    for (let before = ''; next.done !== true && next.value.part === part; next = words.next(), before = ',') {
      yield `${before}${script(next.value.word)}:"`;
      yield* next.value.places;
      yield '"';
    }
    yield '});\n';
  }
}

function* agreementList(model: SiteModel, parts: readonly string[]): Generator<string> {
  const { agreements, organisations, organisationOf, agreementsInOrder } = model;
  let before = 'registerSearch.agreements([';
  for (const agreement of agreementsInOrder) {
    const latest = agreements.latest(agreement);
    const listed = [
      agreements.slug(agreement),
      agreements.names.name(agreement),
      organisations.names.name(organisationOf[agreement] ?? -1),
      purposeOf(latest?.facts.title ?? '', latest?.facts.objective, 110),
      agreements.standingRows(agreement).length,
    ];
    yield `${before}${script(listed)}`;
    before = ',';
  }
  yield `${before === ',' ? '' : before}],${script(parts)});\n`;
}

function searchPage(frame: PageFrame): SiteFile {
  const content = html`
<h1>Search</h1>
<form class="search" role="search" id="search" method="get" action="search.html">
<label for="q">Words in names, datasets and what the data are for</label>
<div><input id="q" name="q" type="search" autocomplete="off"><button>Search</button></div>
</form>
<p class="quiet">Whole words are found, in any order; each result has all of them. Results where a name has the words come first.</p>
<noscript><p class="notice">Searching needs JavaScript. Without it, use the lists of <a href="organisations.html">organisations</a>, <a href="agreements.html">agreements</a> and <a href="datasets.html">datasets</a>, and your browser’s own search in a page.</p></noscript>
<p id="found" role="status"></p>
<ol id="results" class="results"></ol>`;
  return page(frame, 'search.html', 'Search', [content], true);
}

/** The words of an agreement; those of names come first, since they count as such. */
function addWords(index: WordIndex, place: number, agreement: number, model: SiteModel): void {
  const { agreements, datasets, indexed } = model;
  const add = (text: string | undefined, inName: boolean): void => {
    for (const word of text === undefined ? [] : wordsOf(text)) if (!COMMON.has(word)) index.add(word, place, inName);
  };
  const rows = agreements.standingRows(agreement);
  add(agreements.names.name(agreement), true);
  add(model.organisations.names.name(model.organisationOf[agreement] ?? -1), true);
  for (const dataset of new Set(rows.map((row) => indexed.datasetOf[row] ?? -1)))
    add(datasets.names.name(dataset), true);
  let title = '';
  for (const { facts, formerOrganisation, reference } of agreements.versions(agreement)) {
    title = facts.title ?? '';
    add(formerOrganisation, true);
    add(reference, true);
    for (const each of facts.datasets ?? []) add(each.title, true);
  }
  add(title, true);
  for (const { facts } of agreements.versions(agreement)) {
    for (const text of [facts.objective, facts.processing, facts.outputs, facts.benefits, facts.yielded_benefits])
      add(text, false);
    for (const text of [facts.funder, facts.organisation_type, ...(facts.processors ?? [])]) add(text, false);
    for (const { name } of facts.controllers ?? []) add(name, false);
  }
  for (const row of rows) add(indexed.register.row(row).id, false);
}

/** The same in `assets/register.js`: lower case, accents off, letters and digits of any script. */
function wordsOf(text: string): Set<string> {
  const plain = text
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .toLowerCase();
  return new Set(plain.match(/[\p{L}\p{N}]+/gu)?.map((word) => word.slice(0, 40)));
}

/** JSON that may stand in a script file, whatever the file is taken for. */
function script(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}
