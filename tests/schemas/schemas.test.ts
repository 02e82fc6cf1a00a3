import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { agreementSchema } from '../../src/agreement/agreement-schema.ts';
import { jsonSchemas } from '../../src/cli/json-schemas.ts';
import { parseWith, readDocument } from '../../src/kernel/document.ts';
import { pipelineSchema } from '../../src/pipeline/pipeline-schema.ts';
import { workspaceSchema } from '../../src/workspace/workspace-schema.ts';

const root = join(import.meta.dirname, '../..');

test.each(Object.entries(jsonSchemas()))('schemas/%s is what the code says today (npm run schemas)', (file, text) => {
  expect(readFileSync(join(root, 'schemas', file), 'utf8')).toBe(text);
});

test('conditions nest in the JSON Schema as they do in the files', () => {
  const pipeline = JSON.parse(jsonSchemas()['pipeline.schema.json'] ?? '{}') as {
    $defs?: Record<string, { properties?: object }>;
  };
  const nested = Object.values(pipeline.$defs ?? {}).find(
    ({ properties }) => properties !== undefined && 'any_of' in properties,
  );
  expect(Object.keys(nested?.properties ?? {})).toEqual(['any_of', 'all_of', 'not']);
});

test.each([
  ['workspace.yaml', workspaceSchema],
  ['agreement.yaml', agreementSchema],
  ['pipeline.yaml', pipelineSchema],
] as const)('the example of the design, %s, is valid as written', (file, schema) => {
  const document = readDocument(readFileSync(join(import.meta.dirname, 'examples', file), 'utf8'), file);
  if (!document.ok) throw new Error('not YAML');
  const parsed = parseWith(schema, document.value);
  expect(parsed.ok ? [] : parsed.problems).toEqual([]);
});
