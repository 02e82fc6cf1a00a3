import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeWorkspace, type TestWorkspace, type Tree } from '../support/make-workspace.ts';
import { darsHere } from '../support/run-dars.ts';
import { expectStopped } from './expect-stopped.ts';

const at = (tree: Tree, ...path: string[]): Tree => path.reduce((inner, step) => inner[step] as Tree, tree);

it('no path of dars.yaml climbs out of the workspace, and every one that tries is listed', async () => {
  const workspace = (tree: Tree): void => {
    Object.assign(tree, { agreements: '../a', pipelines: 'a/../../b', state: '../../state', catalogue: '..' });
    at(tree, 'sources', 'pds')['path'] = '../pds.csv';
    at(tree, 'sources', 'opt_outs')['path'] = ['data/opt-outs.dat', 'data/../../more.dat'];
    at(tree, 'sources', 'opt_outs')['request'] = '../request.dat';
    at(tree, 'destinations', 'shelf')['path'] = '../out';
    at(tree, 'limits')['temp'] = '../tmp';
    tree['lookups'] = { geography: { path: '../lsoa.csv' } };
  };
  const places = ['agreements', 'pipelines', 'state', 'catalogue', 'sources.pds.path', 'sources.opt_outs.path'];
  const others = ['sources.opt_outs.request', 'destinations.shelf.path', 'limits.temp', 'lookups.geography.path'];
  await expectStopped(
    { workspace },
    {
      exit: 10,
      says: [
        'the workspace has 10 problems',
        'leads out of the workspace',
        'hint: if that is meant, write an absolute path',
        ...[...places, ...others].map((place) => ` ${place}: "`),
      ],
    },
  );
});

it('a key of dars.yaml does not lie outside either', async () => {
  const workspace = (tree: Tree): void => {
    at(tree, 'keys', 'pseudonym')['file'] = '../pseudonym.key';
  };
  await expectStopped({ workspace }, { exit: 10, says: ['keys.pseudonym leads out of the workspace'] });
});

/** A folder beside every workspace, with a file that must not be read. */
const beside = mkdtempSync(join(tmpdir(), 'dars-outside-'));
const SECRET = `${basename(beside)}/cohort.csv`;
writeFileSync(join(beside, 'cohort.csv'), 'nhs_number\n9990000018\n');
afterAll(() => rmSync(beside, { recursive: true }));

/** Makes ways out of a workspace. */
function openWays({ root }: TestWorkspace): void {
  symlinkSync(join(beside, 'cohort.csv'), join(root, 'link.csv'));
  symlinkSync(join(root, '..'), join(root, 'up'));
  mkdirSync(join(root, 'inner'));
  symlinkSync(join(beside, 'cohort.csv'), join(root, 'inner/link.csv'));
}

describe.each([`../${SECRET}`, `data/../../${SECRET}`, '/etc/passwd', 'link.csv', `up/${SECRET}`, 'inner/../link.csv'])(
  'the path %s',
  (path) => {
    const says = ['leads out of the workspace'];

    it('leads no agreement to a key outside', async () => {
      await expectStopped({}, { exit: 10, says: [...says, 'agreements/dsa.yaml:', 'recipient.key'] }, (workspace) => {
        openWays(workspace);
        workspace.change('agreements/dsa.yaml', (tree) => {
          at(tree, 'recipient')['key'] = path;
        });
      });
    });

    it('leads no pipeline to a cohort outside', async () => {
      await expectStopped(
        {},
        { exit: 10, says: [...says, 'pipelines/diabetes-apc.yaml:', 'cohort.file'] },
        (workspace) => {
          openWays(workspace);
          workspace.change('pipelines/diabetes-apc.yaml', (tree) => {
            tree['cohort'] = { file: path };
          });
        },
      );
    });

    it('leads nobody to a pipeline outside', async () => {
      using workspace = await makeWorkspace();
      openWays(workspace);
      const { status, stderr } = await darsHere(workspace.root, ['run', `./${path}`.replace('.//', '/')]);
      expect(stderr).toContain('lies outside the workspace');
      expect(status).toBe(2);
    });
  },
);

it('a cohort is one file and no pattern, which could reach through a link', async () => {
  const pipeline = (tree: Tree): void => {
    tree['cohort'] = { file: 'inn*/link.csv' };
  };
  await expectStopped({ pipeline }, { exit: 10, says: ['cohort.file: a cohort is one file'] }, openWays);
});

it.each([
  { what: 'a state folder', setting: ['state'], says: 'see state in dars.yaml' },
  { what: 'a temporary folder', setting: ['limits', 'temp'], says: 'see limits.temp in dars.yaml' },
])('$what that is a file is said to be one', async ({ setting, says }) => {
  using workspace = await makeWorkspace();
  workspace.change('dars.yaml', (tree) => {
    at(tree, ...setting.slice(0, -1))[setting.at(-1) ?? ''] = 'data/pds.csv';
  });
  const { status, stderr } = await darsHere(workspace.root, ['run', 'diabetes-apc']);
  expect(stderr).toContain(says);
  expect(status).toBe(10);
});
