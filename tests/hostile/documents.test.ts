import { beforeAll, describe, expect, it } from 'vitest';
import { makeWorkspace } from '../support/make-workspace.ts';
import { darsHere } from '../support/run-dars.ts';
import { expectNothingLeft } from './expect-stopped.ts';

/** Pipelines that are wrong; one `check` reads them all, and must have something to say of each. */
const WRONG = [
  { file: 'bomb', text: `a: &a [x, x, x, x, x, x, x, x, x]\n${aliases()}`, says: 'repeats an alias too often' },
  { file: 'ouroboros', text: 'pipeline: &a [*a]\n', says: 'repeats an alias too often, or inside itself' },
  { file: 'deep', text: `${'['.repeat(3000)}${']'.repeat(3000)}`, says: 'this is not valid YAML' },
  { file: 'twice', text: 'pipeline: x\npipeline: y\n', says: 'twice.yaml:2: this is not valid YAML: duplicate key' },
  { file: 'tab', text: 'pipeline: x\n\tagreement: y\n', says: 'tab.yaml:2: this is not valid YAML: tab as indent' },
  {
    file: 'tag',
    text: 'pipeline: !!js/function "x"\n',
    says: 'tag.yaml:1: this is not valid YAML: tag resolve failed',
  },
  { file: 'two', text: 'pipeline: x\n---\npipeline: y\n', says: 'two.yaml:2: this is not valid YAML: multiple docs' },
  { file: 'open', text: 'pipeline: "x\nagreement: y\n', says: 'open.yaml:' },
  { file: 'empty', text: '', says: 'empty.yaml:1: this file is empty' },
  { file: 'words', text: 'run everything\n', says: 'words.yaml:1: expected keys and values' },
  { file: 'proto', text: '__proto__: { pipeline: x }\nagreement: y\n', says: 'proto.yaml:1: this can’t be a key' },
  { file: 'mapping', text: '? { a: 1 }\n: 2\n', says: 'mapping.yaml:1: this can’t be a key' },
  { file: 'misspelt', text: 'pipelin: x\n', says: 'there is no key "pipelin" here\n    hint: did you mean pipeline?' },
  {
    file: 'misplaced',
    text: 'frequency: daily\n',
    says: 'the keys are pipeline, agreement, schedule, cohort, products',
  },
  { file: 'nul', text: 'pipeline: "a\\0b"\n', says: 'nul.yaml:1 pipeline: this holds a NUL' },
  { file: 'raw-nul', text: 'pipeline: a\u0000b\n', says: 'raw-nul.yaml:1' },
  {
    file: 'latin-1',
    text: Buffer.from('pipeline: caf\xe9\n', 'latin1'),
    says: 'latin-1.yaml: this file is not UTF-8 text',
  },
  { file: 'large', text: `pipeline: ${'x'.repeat(5 << 20)}\n`, says: 'too large to be one of a workspace' },
  {
    file: 'steering',
    text: '"\\e[2J\\e[Hdars: all is well": x\n',
    says: 'there is no key "?[2J?[Hdars: all is well" here',
  },
] as const;

/** Nine lines that each name the one before nine times: a billion values. */
function aliases(): string {
  return [...'bcdefghij']
    .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[index]}`).join(', ')}]\n`)
    .join('');
}

describe('a document that is wrong is named, with the line and a hint, and keeps anything from running', () => {
  let said: string;
  beforeAll(async () => {
    using workspace = await makeWorkspace();
    for (const { file, text } of WRONG) workspace.write(`pipelines/${file}.yaml`, text);
    const { status, stdout, stderr } = await darsHere(workspace.root, ['check']);
    expect({ status, stdout }).toEqual({ status: 10, stdout: '' });
    expectNothingLeft(workspace.root);
    said = stderr;
  });

  it.each(WRONG)('$file', ({ file, says }) => {
    expect(said).toContain(says);
    const own = said.split('\n').filter((line) => line.includes(`pipelines/${file}.yaml`));
    expect(own.length).toBeGreaterThan(0);
    expect(own.length).toBeLessThan(10);
  });

  it('nothing that is echoed can steer a terminal', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(said.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g)).toBeNull();
  });

  it('no line is long enough to bury the others', () => {
    expect(Math.max(...said.split('\n').map((line) => line.length))).toBeLessThan(500);
  });
});

it('a pipeline that is wrong does not keep another from running', async () => {
  using workspace = await makeWorkspace({ files: { 'pipelines/other.yaml': 'pipelin: x\n' } });
  expect((await darsHere(workspace.root, ['check', 'diabetes-apc'])).stdout).toContain(
    'other pipelines have 4 problems, which dars check lists\ndiabetes-apc: may run',
  );
});

it('an agreement that is wrong keeps everything from running: it could take away what another grants', async () => {
  using workspace = await makeWorkspace({ files: { 'agreements/other.yaml': 'reference: DARS-NIC-1\n' } });
  const { status, stderr } = await darsHere(workspace.root, ['run', 'diabetes-apc']);
  expect(status).toBe(10);
  expect(stderr).toContain(
    'agreements/other.yaml:1 reference: expected a reference such as DARS-NIC-147750-8GS7S-v2.2',
  );
  expectNothingLeft(workspace.root);
});
