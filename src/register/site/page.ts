import { rangeInWords } from '../../kernel/date-range.ts';
import { Html, html } from '../../kernel/html.ts';
import { rangeName } from '../publication-note.ts';
import type { SiteModel } from './site-model.ts';

/** A file of the site; its texts, one behind the other, are made while they are read. */
export interface SiteFile {
  readonly path: string;
  readonly texts: Iterable<string>;
}

/** What every page shows around its own content. */
export interface PageFrame {
  readonly custodian: string;
  readonly model: SiteModel;
}

const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'";

const MENU = [
  ['index.html', 'At a glance'],
  ['organisations.html', 'Organisations'],
  ['agreements.html', 'Agreements'],
  ['datasets.html', 'Datasets'],
  ['changes.html', 'Changes'],
  ['search.html', 'Search'],
  ['about.html', 'About and downloads'],
] as const;

/** A page whole. `path` is where it lies in the site; links of the content are relative to that. */
export function page(
  frame: PageFrame,
  path: string,
  title: string,
  content: Iterable<Html>,
  scripts = false,
): SiteFile {
  const up = path.includes('/') ? '../' : '';
  const { custodian, model } = frame;
  const { range } = model.indexed.register;
  const menu = MENU.map(
    ([to, name]) =>
      html`<li><a href="${up}${to}"${to === path ? new Html(' aria-current="page"') : undefined}>${name}</a></li>`,
  );
  const head = html`<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title} – Register of data releases, ${custodian}</title>
<link rel="stylesheet" href="${up}assets/register.css">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="top">
<div class="wide">
<p class="brand"><a href="${up}index.html"><strong>${custodian}</strong> <span>Register of data releases</span></a></p>
<nav aria-label="Register"><ul>${menu}</ul></nav>
</div>
</header>
<main id="content" class="wide" tabindex="-1">
`;
  const foot = html`
</main>
<footer class="bottom">
<div class="wide">
<p>${rangeName(range)}: data released by ${custodian}, ${rangeInWords(range)}. Everything here is computed from an append-only ledger, and <a href="${up}about.html#check">anybody can check that nothing was left out or rewritten</a>.</p>
</div>
</footer>
${scripts ? html`<script src="${up}assets/register.js"></script>\n` : undefined}</body>
</html>
`;
  return { path, texts: textsOf([[head], content, [foot]]) };
}

function* textsOf(parts: readonly Iterable<Html>[]): Generator<string> {
  for (const part of parts) for (const { text } of part) yield text;
}
