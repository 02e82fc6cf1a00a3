import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/kernel/secret.ts';
import { notify } from '../../src/monitoring/notify.ts';
import { HES, makeWorkspace, PDS, type TestWorkspace, type Tree } from '../support/make-workspace.ts';
import { darsHere } from '../support/run-dars.ts';

interface Heard {
  readonly path: string;
  readonly body: Record<string, unknown>;
}

let server: Server;
let heard: Heard[];
let answers: number;
beforeEach(async () => {
  heard = [];
  answers = 200;
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    heard.push({ path: request.url ?? '', body: JSON.parse(text) as Record<string, unknown> });
    response.writeHead(answers, { location: 'http://127.0.0.1:1/' }).end('9990000018');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterEach(() => server.close());

function nightly(notify: unknown): Promise<TestWorkspace> {
  return makeWorkspace({
    workspace: (file) => {
      file['monitoring'] = { notify };
    },
    pipeline: (file) => {
      file['schedule'] = {};
    },
  });
}

/** A port of this machine where nobody listens any more. */
const nobody = (): string => {
  const url = hook();
  server.close();
  return url;
};

const hook = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=s3cret`;
const due = (workspace: TestWorkspace, moment: string, ...more: string[]) =>
  darsHere(workspace.root, [...more, 'due', '--as-of', moment]);

describe('notifications', () => {
  it('tell a webhook of what was done, refused, failed and waits, once each', async () => {
    using workspace = await nightly([{ on: ['done', 'refused', 'failed', 'waiting'], webhook: { file: 'keys/hook' } }]);
    workspace.write('keys/hook', `${hook()}\n`);
    workspace.change('dars.yaml', (file) => {
      file['destinations'] = { shelf: { type: 'folder', path: 'keys/hook/in-a-file' } };
    });
    await due(workspace, '2026-11-20T02:00:00Z');
    await due(workspace, '2026-11-20T02:01:00Z'); // rests: nothing new
    workspace.change('dars.yaml', (file) => {
      file['destinations'] = { shelf: { type: 'folder', path: 'out' } };
    });
    await due(workspace, '2026-11-21T02:00:00Z');
    await due(workspace, '2027-01-04T02:00:00Z');
    await due(workspace, '2027-01-04T03:00:00Z'); // refused today already: nothing new
    workspace.write('pipelines/wrong.yaml', 'pipeline: wrong\n');
    await due(workspace, '2027-01-04T04:00:00Z');
    expect(heard.map(({ body }) => [body['event'], body['pipeline'], body['code']])).toEqual([
      ['waiting', 'diabetes-apc', 'refused'],
      ['done', 'diabetes-apc', undefined],
      ['refused', 'diabetes-apc', 'no-cag-support'],
      ['failed', undefined, 'workspace'],
    ]);
    expect(heard[1]?.body).toMatchObject({
      custodian: 'NHS Digital',
      files: [{ file: 'FILE0000001', dataset: 'hes_apc', product: 'extract' }],
    });
    expect(JSON.stringify(heard[1]?.body)).not.toContain('rows');
    expect(heard[1]?.body['run']).toMatch(/^[0-9a-f]{16}$/);
  });

  it('tell a program on its standard input, of refusals and failures where nothing else is asked for', async () => {
    using workspace = await nightly([{ command: ['tee', 'heard.json'] }]);
    await due(workspace, '2026-11-20T02:00:00Z');
    expect(() => readFileSync(join(workspace.root, 'heard.json'))).toThrow('ENOENT');
    await due(workspace, '2027-01-04T02:00:00Z');
    expect(JSON.parse(workspace.read('heard.json'))).toMatchObject({ event: 'refused', exit: 12 });
  });

  it('tell also of a run that could not begin', async () => {
    using workspace = await nightly([{ command: ['tee', 'heard.json'] }]);
    await due(workspace, '2026-11-20T02:00:00Z');
    workspace.write('state/ledger.jsonl', workspace.read('state/ledger.jsonl').replace('"rows":4', '"rows":5'));
    expect((await due(workspace, '2026-11-20T03:00:00Z')).status).toBe(16);
    expect(JSON.parse(workspace.read('heard.json'))).toMatchObject({
      event: 'failed',
      exit: 16,
      code: 'ledger-broken',
    });
  });

  it.each([
    ['a server that is not there', () => ({ webhook: nobody() }), 'ECONNREFUSED'],
    ['a server that answers with an error', () => ({ webhook: hook() }), 'it answered 500'],
    ['a server that sends us elsewhere', () => ({ webhook: hook() }), "it can't be reached"],
    ['a program that fails', () => ({ command: ['false'] }), 'it ended with 1'],
    ['a program that is not there', () => ({ command: ['dars-nobody'] }), 'ENOENT'],
    ['a secret that is not there', () => ({ webhook: { env: 'DARS_NO_SUCH_HOOK' } }), 'its secret can’t be had'],
  ])('change nothing when they fail: %s', async (what, target, why) => {
    answers = what.includes('elsewhere') ? 302 : 500;
    using workspace = await nightly([{ on: ['refused'], ...target() }]);
    const ended = await due(workspace, '2027-01-04T02:00:00Z');
    expect(ended.status).toBe(12);
    expect(ended.stdout).toContain('done 0, refused 1');
    expect(ended.stderr).toContain(`A notification was not sent (monitoring.notify[0]): `);
    expect(ended.stderr).toContain(why);
    expect(ended.stderr).not.toContain('s3cret');
    expect(ended.stderr).not.toContain('9990000018');
  });

  it('wait for nobody for ever: not for a program that will not end, nor for a server that does not answer', async () => {
    const deaf = "process.on('SIGTERM', () => {}); setTimeout(() => {}, 60_000)";
    const program = { command: [process.execPath, '-e', deaf], folder: '.' };
    expect(await notify(program, {}, 1_000)).toBe('it took too long');
    const silent = createServer(() => {});
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    try {
      const webhook = new Secret(`http://127.0.0.1:${(silent.address() as AddressInfo).port}/`);
      expect(await notify({ webhook }, {}, 200)).toBe('it took too long');
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });

  it('hold no value of a patient, whatever goes wrong', async () => {
    using workspace = await nightly([{ on: ['done', 'refused', 'failed', 'waiting'], webhook: hook() }]);
    workspace.write('data/pds.csv', PDS.replace('1961-04-09', '09/04/1961'));
    await due(workspace, '2026-11-20T02:00:00Z');
    workspace.write('data/pds.csv', PDS);
    workspace.write('data/hes_apc/hes_apc_2425.csv', HES.replace('2024-05-03', 'yesterday'));
    await due(workspace, '2026-11-20T03:00:00Z');
    workspace.write('data/opt-outs.dat', '9990000050\nCHOLMONDELEY\n');
    await due(workspace, '2026-11-20T04:00:00Z');
    expect(heard.map(({ body }) => body['event'])).toEqual(['failed', 'failed', 'refused']);
    const said = JSON.stringify(heard);
    for (const value of ['99900000', '09/04/1961', 'yesterday', 'CHOLMONDELEY', 'ASHWORTH', 'LS1'])
      expect(said).not.toContain(value);
  });

  it.each([
    [{ webhook: 'ftp://example.org/' }, 'expected a URL'],
    [{ webhook: 'https://example.org/', command: ['true'] }, 'name a command or a webhook, one of them'],
    [{}, 'name a command or a webhook, one of them'],
    [{ command: ['true'], on: ['success'] }, 'expected done, refused, failed or waiting'],
  ])('are refused when dars.yaml writes them wrongly: %j', async (notification, says) => {
    using workspace = await nightly([notification as Tree]);
    const ended = await due(workspace, '2026-11-20T02:00:00Z');
    expect(ended.status).toBe(10);
    expect(ended.stderr).toContain(says);
  });
});
