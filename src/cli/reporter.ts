import type { Fault } from '../kernel/fault.ts';
import { formatProblem } from '../kernel/problem.ts';
import type { ReleaseEvent } from '../release/release-event.ts';

/** Where a command writes: results to stdout, everything else to stderr (design, section 5). */
export interface Reporter {
  /** A result: text for people, or one JSON value a line. */
  result(text: string, json: unknown): void;
  note(text: string): void;
  /** `of` is the pipeline, where several are worked at. */
  event(event: ReleaseEvent, of?: string): void;
  fault(fault: Fault, of?: string): void;
}

const STEPS: Readonly<Record<string, string>> = {
  gate: 'Gate: may this run under the agreement today',
  read: 'Read the sources; resolve who is who',
  risk: 'Measure how easily people could be found',
  extract: 'Extract, check and encrypt',
  count: 'Count the tables',
  control: 'Disclosure control, and an audit of what would be published',
  prove: 'Prove the counts another way',
  intend: 'Record what is about to leave',
  abandoned: 'Give up what waited',
  seal: 'Seal the files and the manifest',
  deliver: 'Deliver',
  record: 'Record the delivery',
  'trace resolve': 'Read PDS: which number superseded which',
  'trace number': 'Find by NHS number',
  'trace candidates': 'Look for the others in all of PDS',
  'trace fetch': 'Fetch whom they could be',
  'trace train': 'Learn what agreement means',
  'trace compare': 'Compare and weigh',
  'trace decide': 'Decide',
  'trace by the profile mps': 'Trace by the rules of the Master Person Service',
  'trace by the profile hes-ons': 'Trace by the ranks of HES-ONS',
};

/** `run` stands in every line of JSON, so that what one run said can be found among all that is logged. */
export function reporterFor(json: boolean, run: string): Reporter {
  return json ? jsonReporter(run) : textReporter(process.stderr.isTTY === true);
}

function jsonReporter(run: string): Reporter {
  const line = (stream: NodeJS.WriteStream, value: unknown): void => void stream.write(`${JSON.stringify(value)}\n`);
  const log = (value: object): void => line(process.stderr, { time: new Date().toISOString(), run, ...value });
  return {
    result: (_, json) => line(process.stdout, json),
    note: (text) => log({ kind: 'note', text }),
    event: (event, of) => log({ ...event, ...(of === undefined ? {} : { pipeline: of }) }),
    fault: ({ exit, code, message, hint, problems }, of) =>
      log({
        kind: 'fault',
        ...(of === undefined ? {} : { pipeline: of }),
        exit,
        code,
        message,
        ...(hint === undefined ? {} : { hint }),
        ...(problems.length === 0 ? {} : { problems }),
      }),
  };
}

function textReporter(terminal: boolean): Reporter {
  let open = false;
  let last = Date.now();
  const write = (text: string): void => {
    if (open) process.stderr.write('\r\u001b[K');
    open = false;
    process.stderr.write(`${printable(text)}\n`);
  };
  const progress = (text: string, done: boolean): void => {
    const now = Date.now();
    if (terminal) {
      process.stderr.write(`\r\u001b[K  ${text}`);
      open = true;
    } else if (!done && now - last > 30_000) write(`  ${text}`);
    if (!terminal && now - last > 30_000) last = now;
  };
  return {
    result: (text) => {
      if (open) process.stderr.write('\r\u001b[K');
      open = false;
      process.stdout.write(`${printable(text)}\n`);
    },
    note: write,
    event: (event, of) => {
      const whose = of === undefined ? '' : `${of}: `;
      if (event.kind === 'step') {
        const text = STEPS[event.step];
        const what = event.dataset === undefined ? '' : ` (${event.product}: ${event.dataset})`;
        const part = event.part === undefined ? '' : ` (part ${event.part.number} of ${event.part.of})`;
        if (text !== undefined) write(`- ${whose}${text}${what}${part}`);
      } else if (event.kind === 'progress') {
        progress(
          `${whose}${event.step}: ${event.done} of ${event.of}${event.rows > 0 ? `, ${group(event.rows)} rows` : ''}`,
          event.done === event.of,
        );
      } else {
        progress(`${whose}${event.file}: ${share(event.sent, event.bytes)}`, event.sent === event.bytes);
      }
    },
    fault: (fault, of) => {
      write(`dars: ${of === undefined ? '' : `${of}: `}${fault.message}`);
      if (fault.hint !== undefined) write(`  hint: ${fault.hint}`);
      for (const problem of fault.problems) write(`  ${formatProblem(problem)}`);
    },
  };
}

/** Text for a terminal without what steers it: keys and titles of files are echoed, and must not fake output. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must go
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '?');
}

/** 1234567 -> 1,234,567 */
export function group(count: number): string {
  return count.toLocaleString('en-GB');
}

function share(sent: number, bytes: number): string {
  return bytes === 0 ? '100 %' : `${Math.floor((100 * sent) / bytes)} % of ${group(bytes)} bytes`;
}
