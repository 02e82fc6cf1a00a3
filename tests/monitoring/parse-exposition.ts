/** A family of metrics, as it was read. */
export interface ParsedFamily {
  readonly help: string;
  readonly type: string;
  readonly samples: ReadonlyMap<string, number>;
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * Reads Prometheus' text format 0.0.4 as strictly as its documentation allows: one HELP and one TYPE before the samples
 * of a family, which stand together; names and labels spelled right; every sample once, with a number and no more;
 * counters never negative and named `_total`; the last line ends. Throws at the first thing that is wrong.
 */
export function parseExposition(text: string): ReadonlyMap<string, ParsedFamily> {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, { help: string; type: string; samples: Map<string, number> }>();
  let open: string | undefined;
  text
    .split('\n')
    .slice(0, -1)
    .forEach((line, index) => {
      const wrong = (what: string): Error => new Error(`line ${index + 1}: ${what}: ${line}`);
      const help = /^# HELP (\S+) (.*)$/.exec(line);
      const type = /^# TYPE (\S+) (counter|gauge|histogram|summary|untyped)$/.exec(line);
      if (help !== null) {
        const [, name = '', words = ''] = help;
        if (!NAME.test(name)) throw wrong('no name of a metric');
        if (families.has(name)) throw wrong('a family twice');
        families.set(name, { help: words, type: '', samples: new Map() });
        open = name;
        return;
      }
      const family = families.get(open ?? '');
      if (family === undefined) throw wrong('no family is open');
      if (type !== null) {
        const [, name = '', kind = ''] = type;
        if (name !== open || family.type !== '' || family.samples.size > 0) throw wrong('a TYPE out of place');
        if (kind === 'counter' && !name.endsWith('_total')) throw wrong('a counter that is not called _total');
        family.type = kind;
        return;
      }
      if (line.startsWith('#') || line.trim() !== line) throw wrong('neither a sample nor a description');
      if (family.type === '') throw wrong('a sample before its TYPE');
      const { name, labels, value } = sampleOf(line, wrong);
      if (name !== open) throw wrong('a sample of another family');
      if (family.samples.has(labels)) throw wrong('a sample twice');
      if (family.type === 'counter' && value < 0) throw wrong('a negative counter');
      family.samples.set(labels, value);
    });
  for (const [name, { type, samples }] of families) {
    if (type === '' || samples.size === 0) throw new Error(`${name} has no type or no sample`);
  }
  return families;
}

function sampleOf(line: string, wrong: (what: string) => Error): { name: string; labels: string; value: number } {
  const name = /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(line)?.[0] ?? '';
  let at = name.length;
  const labels = new Map<string, string>();
  if (line[at] === '{') {
    at += 1;
    while (line[at] !== '}') {
      const pair = /^([^=]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|(?=\}))/.exec(line.slice(at));
      if (pair === null || !LABEL.test(pair[1] ?? '') || labels.has(pair[1] ?? '')) throw wrong('labels');
      labels.set(pair[1] ?? '', pair[2] ?? '');
      at += pair[0].length;
    }
    at += 1;
  }
  const rest = line.slice(at);
  if (!/^ (-?\d+(\.\d+)?(e[+-]?\d+)?|NaN|[+-]Inf)$/.test(rest)) throw wrong('no number');
  const key = [...labels].map(([label, value]) => `${label}=${value}`).sort();
  return { name, labels: key.join(','), value: Number(rest.trim()) };
}
