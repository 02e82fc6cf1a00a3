import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Entry } from '../../src/ledger/ledger.ts';
import { writePublication } from '../../src/publish/publication-folder.ts';
import { siteModel } from '../../src/register/site/site-model.ts';
import { releasedFile } from '../ledger/bodies.ts';
import { CHROMIUM, openChromium } from './chromium.ts';
import { accessed, amended, described, releasedOn, renamed, withdrawn } from './facts.ts';
import { days, entriesOf, published, realLedger, registerOfDays } from './support.ts';

/* The site as citizens get it, in a real Chromium, opened from a disk: no server, no network. */

const PHONE = { viewport: { width: 390, height: 844 } };
const SLOW = 240_000;

let browser: Browser;
let folder: string;

beforeAll(async () => {
  if (CHROMIUM === undefined) return;
  folder = await mkdtemp(join(tmpdir(), 'dars-site-'));
  browser = await openChromium();
}, SLOW);
afterAll(async () => {
  if (CHROMIUM === undefined) return;
  await browser.close();
  await rm(folder, { recursive: true });
});

async function site(name: string, entries: readonly Entry[], range: string): Promise<string> {
  const files = await published(entries, days(range));
  await writePublication(
    join(folder, name),
    [...files].map(([path, bytes]) => ({ path, pieces: [bytes] })),
  );
  return `file://${join(folder, name)}`;
}

/** Opens pages one after the other; gives what went wrong: errors of scripts, refused parts, requests to elsewhere. */
async function visit(
  base: string,
  paths: readonly string[],
  options: BrowserContextOptions,
  look: (page: Page, path: string) => Promise<void>,
): Promise<string[]> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(120_000);
  const wrong: string[] = [];
  const page = await context.newPage();
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
  page.on('console', (message) => wrong.push(`console: ${message.text()}`));
  page.on('dialog', (dialog) => wrong.push(`dialog: ${dialog.message()}`));
  page.on('requestfailed', (request) => wrong.push(`failed: ${request.url()}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(`${base}/`)) wrong.push(`elsewhere: ${request.url()}`);
  });
  for (const path of paths) {
    await page.goto(`${base}/${path}`);
    await look(page, path);
  }
  await context.close();
  return wrong;
}

/** The rules of WCAG 2.2 AA that axe can check, and its own on top, broken: rule, and the first place. */
async function brokenRules(page: Page): Promise<string[]> {
  const options = {
    preload: false,
    runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
  };
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate(`axe.run(${JSON.stringify(options)})`)) as axe.AxeResults;
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`);
}

const overflow = (page: Page): Promise<unknown> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

const yes = (number: number) => ({ ...releasedFile(number), opt_outs: 'Yes - patient objections upheld' });

/** A ledger in which everything has happened that a page can show. */
const EVENTFUL = entriesOf([
  ['2026-03-01', described({ agreement: 'DARS-NIC-147750-8GS7S-v1.0', objective: 'The first objective.' })],
  ...releasedOn('2026-04-02', 'r0', [7], { agreement: 'DARS-NIC-147750-8GS7S-v1.0' }),
  ['2026-05-01', described()],
  ...releasedOn('2026-05-02', 'r1', [1, 2]),
  ...releasedOn('2026-07-03', 'r2', [3]),
  ...releasedOn('2026-07-04', 'r3', [4], { files: [yes(4)] }),
  ['2026-07-05', accessed('SystemAccess0001', '2026-04-01', '2026-06-30', { late: 'found in an audit' })],
  [
    '2026-08-01',
    amended('FILE0000001', 5, 'legal_basis', 'x', 'Health and Social Care Act 2012 – s261(7)', 'left out'),
  ],
  ['2026-08-02', withdrawn('FILE0000002', 5, 'a test; no patient data')],
  ['2026-08-03', renamed('organisation', 'University of Example', 'University of Examples')],
  [
    '2026-08-04',
    described({ organisation: 'University of Examples', benefits: 'Better advice.', reason: 'the board’s wording' }),
  ],
  ...releasedOn('2026-08-05', 'r4', [5], { replaces: releasedFile(3).file, because: 'the disk broke' }),
]);

const PAGES = [
  'index.html',
  'organisations.html',
  'agreements.html',
  'datasets.html',
  'changes.html',
  'mixed-opt-outs.html',
  'about.html',
  'search.html?q=screening',
  'organisation/university-of-examples.html',
  'agreement/dars-nic-147750-8gs7s.html',
  'dataset/hospital-episode-statistics-admitted-patient-care.html',
];

describe.skipIf(CHROMIUM === undefined)(
  'in Chromium (skipped where there is none; Debian: apt-get install chromium)',
  () => {
    test.each([
      ['on a phone, light', { ...PHONE, colorScheme: 'light' }],
      ['on a desk, dark', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' }],
    ] as const)(
      'every kind of page %s: accessible by axe, no wider than the screen, nothing from elsewhere',
      async (_, options) => {
        const base = await site('eventful', EVENTFUL, '2026-Q3');
        const found: unknown[] = [];
        const wrong = await visit(base, PAGES, options, async (page, path) => {
          if (path.startsWith('search')) await page.waitForSelector('#results li');
          found.push([path, await overflow(page), await brokenRules(page)]);
        });
        expect(found).toEqual(PAGES.map((path) => [path, 0, []]));
        expect(wrong).toEqual([]);
      },
      SLOW,
    );

    test(
      'without JavaScript everything but search and filters is there',
      async () => {
        const base = await site('plain', EVENTFUL, '2026-Q3');
        const texts = new Map<string, string>();
        await visit(base, PAGES, { ...PHONE, javaScriptEnabled: false }, async (page, path) => {
          texts.set(path, (await page.textContent('main')) ?? '');
          expect(await page.locator('form.facets:visible, .filter:visible').count()).toBe(0);
        });
        expect(texts.get('index.html')).toContain('the same dataset in the same month');
        expect(texts.get('changes.html')).toContain('Reason: a test; no patient data');
        expect(texts.get('agreement/dars-nic-147750-8gs7s.html')).toMatch(
          /The first objective\.[\s\S]*found in an audit/,
        );
        expect(texts.get('search.html?q=screening')).toContain('Searching needs JavaScript');
      },
      SLOW,
    );

    test(
      'hostile texts are texts: no script of theirs runs, no tag of theirs is one',
      async () => {
        const attack = `"><img src=x onerror="globalThis.pwned=1"><script>globalThis.pwned=1</script></textarea><!-- ' \u202e \${1}`;
        const entries = entriesOf([
          ['2026-07-01', described({ ...hostile(attack), agreement: 'DARS-NIC-147750-8GS7S-v2.2' })],
          ...releasedOn('2026-07-02', 'r1', [1], {
            recipient: { name: attack, fingerprint: 'A', destination: 'd' },
            files: [{ ...releasedFile(1), legal_basis: attack, opt_outs: `No - ${attack}` }],
          }),
          ['2026-07-03', amended('FILE0000001', 2, 'legal_basis', attack, `${attack}2`, attack)],
          ['2026-07-04', withdrawn('FILE0000001', 2, attack)],
          ['2026-07-05', described({ ...hostile(`${attack}3`), reason: attack })],
          ...releasedOn('2026-07-06', 'r2', [2], {
            recipient: { name: 'javascript:globalThis.pwned=1', fingerprint: 'A', destination: 'd' },
          }),
        ]);
        const base = await site('hostile', entries, '2026-Q3');
        const files = await published(entries, days('2026-Q3'));
        const pages = [...files.keys()].filter((path) => path.endsWith('.html'));
        const wrong = await visit(base, [...pages, 'search.html?q=globalThis'], {}, async (page, path) => {
          if (path.includes('?')) await page.waitForSelector('#results li');
          const state = await page.evaluate(`({
          pwned: 'pwned' in globalThis,
          images: document.images.length,
          scripts: [...document.scripts].filter((script) => script.src === '').length,
          odd: [...document.links].filter(({ protocol }) => protocol !== 'file:').length,
        })`);
          expect([path, state]).toEqual([path, { pwned: false, images: 0, scripts: 0, odd: 0 }]);
        });
        expect(wrong).toEqual([]);
        expect(pages.length).toBeGreaterThan(10);
      },
      SLOW,
    );

    test(
      'the real register: search finds what a reader of all texts would, and filters filter',
      async () => {
        const { entries } = await realLedger();
        const base = await site('real', entries, '2021-02');
        const { agreements, indexed } = siteModel(registerOfDays(entries, '2021-02').register);
        const all = Array.from(agreements.names, (_, agreement) => ({
          versions: [...agreements.versions(agreement)],
          rows: Array.from(agreements.standingRows(agreement), (row) => indexed.register.row(row)),
        }));
        const words = (text: string): string[] =>
          text
            .normalize('NFKD')
            .replaceAll(/[\u0300-\u036f]/g, '')
            .toLowerCase()
            .match(/[\p{L}\p{N}]+/gu) ?? [];
        /** The oracle: every text of an agreement, word by word. */
        const read = all.map(({ versions, rows }) => {
          const text = [
            ...versions.map((version) =>
              Object.values(version.facts)
                .filter((value) => typeof value === 'string')
                .join(' '),
            ),
            ...rows.map((row) => [row.id, ...Object.values(row.values)].slice(0, 3).join(' ')),
            ...versions.map(({ reference }) => reference),
          ];
          return new Set(words(text.join(' ')));
        });
        const reading = (query: string): number =>
          read.filter((has) => words(query).every((word) => has.has(word))).length;
        const queries = [
          'diabetes',
          'Parkinson’s disease',
          'kidney transplant registry',
          'FILE0056685',
          'DARS-NIC-28591-H5Q3X',
          'Imperial College London',
          'zzzz',
        ];
        const wrong = await visit(base, ['search.html'], {}, async (page) => {
          for (const query of queries) {
            await page.fill('#q', query);
            await page.waitForSelector(`#found[data-query="${query}"]`, { state: 'attached' });
            const told = (await page.textContent('#found')) ?? '';
            const count = told.startsWith('Nothing')
              ? 0
              : Number(/^([\d,]+) agreement/.exec(told)?.[1]?.replace(',', ''));
            expect([query, count]).toEqual([query, reading(query)]);
            expect(Number(await page.getAttribute('#found', 'data-milliseconds'))).toBeGreaterThan(0);
          }
        });
        expect(wrong).toEqual([]);
        await visit(base, ['agreements.html'], {}, async (page) => {
          await page.getByLabel('Organisation type').selectOption('Academic');
          await page.getByLabel('Opt-outs').selectOption('Both');
          const shown = await page.locator('#list tbody tr:visible').count();
          expect(await page.textContent('#filtered')).toBe(`${shown} of 582 shown`);
          const both = all.filter(
            ({ versions, rows }) =>
              versions.at(-1)?.facts.organisation_type === 'Academic' &&
              rows.some(({ values }) => values.opt_outs.startsWith('Yes')) &&
              rows.some(({ values }) => values.opt_outs.startsWith('No')),
          );
          expect(shown).toBe(both.length);
          expect(shown).toBeGreaterThan(0);
        });
        await visit(
          base,
          ['index.html', 'organisation/university-college-london-ucl.html', 'agreement/dars-nic-28591-h5q3x.html'],
          PHONE,
          async (page) => {
            expect(await overflow(page)).toBe(0);
          },
        );
      },
      SLOW,
    );
  },
);

function hostile(text: string) {
  return {
    ...{ organisation: text, organisation_type: text, title: text, objective: text, processing: text, outputs: text },
    ...{ benefits: text, yielded_benefits: text, funder: text, controllers: [{ name: text, role: 'sole' as const }] },
    ...{ processors: [text], approvals: [{ body: text, outcome: text }] },
  };
}
