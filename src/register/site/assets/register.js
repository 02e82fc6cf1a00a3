/* What the pages of the register can do with JavaScript: search, and filters of long lists. Without it, all is readable. */
globalThis.registerSearch = (() => {
  const SHOWN = 50;
  const COMMON = new Set(
    'a an and are as at be been by can data for from has have in into is it its may not of on or that the their them there these they this those to under was were which who will with within'.split(
      ' ',
    ),
  );
  let list;
  let known = new Set();
  const parts = new Map();
  const waiting = new Map();

  /** A file of the index, as a script: a page opened from a disk may not fetch. */
  function load(name) {
    const begun = waiting.get(name);
    if (begun !== undefined) return begun;
    const loaded = new Promise((resolve) => {
      const element = document.createElement('script');
      element.src = `search/${name}.js`;
      element.onload = resolve;
      element.onerror = resolve;
      document.head.append(element);
    });
    waiting.set(name, loaded);
    return loaded;
  }

  function wordsOf(text) {
    const plain = text
      .normalize('NFKD')
      .replaceAll(/[\u0300-\u036f]/g, '')
      .toLowerCase();
    return [...new Set(plain.match(/[\p{L}\p{N}]+/gu) ?? [])].map((word) => word.slice(0, 40));
  }

  function partOf(word) {
    return /^[a-z0-9]{2}/.exec(word)?.[0] ?? 'other';
  }

  /** The agreements that have a word, and whether one of their names has it. */
  function placesOf(word) {
    const places = new Map();
    let at = 0;
    const found = parts.get(partOf(word));
    for (const text of found !== undefined && Object.hasOwn(found, word) ? found[word].split(',') : []) {
      at += Number.parseInt(text, 36);
      places.set(at, text.endsWith('!'));
    }
    return places;
  }

  /** The places in the list of agreements that have every word, best first. */
  async function find(text) {
    const words = wordsOf(text).filter((word) => !COMMON.has(word));
    if (words.length === 0) return undefined;
    await load('agreements');
    const needed = [...new Set(words.map(partOf))].filter((part) => known.has(part));
    await Promise.all(needed.map((part) => load(`words-${part}`)));
    const [first, ...rest] = words.map(placesOf);
    return [...first]
      .filter(([at]) => rest.every((places) => places.has(at)))
      .map(([at, named]) => ({ at, names: Number(named) + rest.filter((places) => places.get(at)).length }))
      .sort((a, b) => b.names - a.names || a.at - b.at)
      .map(({ at }) => at);
  }

  function element(name, text, properties = {}) {
    const made = document.createElement(name);
    made.textContent = text;
    return Object.assign(made, properties);
  }

  function show(found, results, status) {
    results.replaceChildren();
    if (found === undefined) {
      status.textContent = '';
      return;
    }
    const count = found.length === 1 ? '1 agreement' : `${found.length.toLocaleString('en-GB')} agreements`;
    const cut = found.length > SHOWN ? `; the first ${SHOWN} are shown, add a word to find fewer` : '';
    status.textContent = found.length === 0 ? 'Nothing has all of these words.' : `${count}${cut}`;
    for (const at of found.slice(0, SHOWN)) {
      const [slug, name, organisation, purpose, rows] = list[at];
      const item = document.createElement('li');
      item.append(
        element('a', organisation === '' ? name : organisation, { href: `agreement/${slug}.html` }),
        element('p', purpose),
        element('p', `${name}, ${rows === 1 ? '1 row' : `${rows.toLocaleString('en-GB')} rows`}`, {
          className: 'quiet',
        }),
      );
      results.append(item);
    }
  }

  function startSearch(form) {
    const input = form.elements.q;
    const [results, status] = [document.getElementById('results'), document.getElementById('found')];
    let latest = 0;
    const search = async () => {
      latest += 1;
      const mine = latest;
      const began = performance.now();
      const found = await find(input.value);
      if (mine !== latest) return;
      show(found, results, status);
      status.dataset.milliseconds = (performance.now() - began).toFixed(1);
      status.dataset.query = input.value;
    };
    load('agreements');
    input.value = new URLSearchParams(location.search).get('q') ?? '';
    input.addEventListener('input', search);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      history.replaceState(null, '', `?q=${encodeURIComponent(input.value)}`);
      search();
    });
    search();
  }

  function startFilters(input) {
    const rows = [...document.querySelectorAll(`#${input.dataset.filters} tbody tr`)].map((row) => ({
      row,
      text: wordsText(row.textContent),
      tokens: new Set((row.dataset.tokens ?? '').split(' ')),
    }));
    const facets = [...document.querySelectorAll('[data-facet]')];
    const status = document.getElementById('filtered');
    const filter = () => {
      const wanted = wordsText(input.value).split(' ').filter(Boolean);
      const chosen = facets.map(({ value }) => value).filter(Boolean);
      let shown = 0;
      for (const { row, text, tokens } of rows) {
        const fits = wanted.every((word) => text.includes(word)) && chosen.every((token) => tokens.has(token));
        row.hidden = !fits;
        if (fits) shown += 1;
      }
      status.textContent =
        shown === rows.length ? '' : `${shown.toLocaleString('en-GB')} of ${rows.length.toLocaleString('en-GB')} shown`;
    };
    for (const element of [input, ...facets]) element.addEventListener('input', filter);
    for (const hidden of document.querySelectorAll('.facets, .filter')) hidden.hidden = false;
    input.closest('form')?.addEventListener('submit', (event) => event.preventDefault());
    filter();
  }

  function wordsText(text) {
    return wordsOf(text).join(' ');
  }

  const form = document.getElementById('search');
  if (form !== null) startSearch(form);
  for (const input of document.querySelectorAll('[data-filters]')) startFilters(input);

  return {
    agreements(all, index) {
      list = all;
      known = new Set(index);
    },
    words(part, words) {
      parts.set(part, words);
    },
  };
})();
