import type { Fault } from '../kernel/fault.ts';
import { formatProblem } from '../kernel/problem.ts';
import type { ReleaseEvent } from '../release/release-event.ts';

/** Where a command writes: results to stdout, everything else to stderr (design, section 5). */
export interface Reporter {
  /** A result: text for people, or one JSON value a line. */
  result(text: string, json: unknown): void;
  note(text: string): void;
  event(event: ReleaseEvent): void;
  fault(fault: Fault): void;
}

const STEPS: Readonly<Record<string, string>> = {
  gate: 'Gate: may this run under the agreement today',
  read: 'Read the sources; resolve who is who',
  risk: 'Measure how easily people could be found',
  extract: 'Extract, check and encrypt',
  prove: 'Prove the counts another way',
  intend: 'Record what is about to leave',
  seal: 'Seal the files and the manifest',
  deliver: 'Deliver',
  record: 'Record the delivery',
};

export function reporterFor(json: boolean): Reporter {
  return json ? jsonReporter() : textReporter(process.stderr.isTTY === true);
}

function jsonReporter(): Reporter {
  const line = (stream: NodeJS.WriteStream, value: unknown): void => void stream.write(`${JSON.stringify(value)}\n`);
  return {
    result: (_, json) => line(process.stdout, json),
    note: (text) => line(process.stderr, { kind: 'note', text }),
    event: (event) => line(process.stderr, { time: new Date().toISOString(), ...event }),
    fault: ({ exit, code, message, hint, problems }) =>
      line(process.stderr, {
        kind: 'fault',
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
    event: (event) => {
      if (event.kind === 'step') {
        const text = STEPS[event.step];
        const what = event.dataset === undefined ? '' : ` (${event.product}: ${event.dataset})`;
        if (text !== undefined) write(`- ${text}${what}`);
      } else if (event.kind === 'progress') {
        progress(
          `${event.step}: ${event.done} of ${event.of}${event.rows > 0 ? `, ${group(event.rows)} rows` : ''}`,
          event.done === event.of,
        );
      } else {
        progress(`${event.file}: ${share(event.sent, event.bytes)}`, event.sent === event.bytes);
      }
    },
    fault: (fault) => {
      write(`dars: ${fault.message}`);
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
