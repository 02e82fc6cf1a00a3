import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { openRecipient, type Recipient } from '../support/recipient.ts';
import { runScenario } from '../support/scenario.ts';

/** A process takes a second to start, so most pages run in this one; the first shows that it makes no difference. */
const AS_PROCESSES = ['first-release.md'];

const folder = import.meta.dirname;
const pages = readdirSync(folder).filter((name) => name.endsWith('.md'));

let recipient: Recipient;
beforeAll(async () => {
  recipient = await openRecipient();
});
afterAll(() => recipient[Symbol.asyncDispose]());

describe('every page of tests/scenarios goes as it is written', () => {
  it.each(pages)(
    '%s',
    (page) => runScenario(join(folder, page), recipient, AS_PROCESSES.includes(basename(page))),
    300_000,
  );
});
