import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { agreementSchema } from '../../src/agreement/agreement-schema.ts';
import { datasetSchema } from '../../src/catalogue/dataset.ts';
import { jsonSchemas } from '../../src/cli/json-schemas.ts';
import { parseWith, readDocument } from '../../src/kernel/document.ts';
import { pipelineSchema } from '../../src/pipeline/pipeline-schema.ts';
import { workspaceSchema } from '../../src/workspace/workspace-schema.ts';

const root = join(import.meta.dirname, '../..');

test.each(Object.entries(jsonSchemas()))('schemas/%s is what the code says today (npm run schemas)', (file, text) => {
  expect(readFileSync(join(root, 'schemas', file), 'utf8')).toBe(text);
});

interface JsonSchema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly examples?: readonly string[];
  readonly default?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

const schemas = Object.fromEntries(
  Object.entries(jsonSchemas()).map(([file, text]) => [
    file.replace('.schema.json', ''),
    JSON.parse(text) as JsonSchema,
  ]),
);

/** The schema at a path of properties, through lists and into whichever branch has the next name. */
function at(name: string, ...path: readonly string[]): JsonSchema {
  return path.reduce<JsonSchema>((schema, key) => {
    const bodies = [schema, schema.items ?? {}].flatMap((body) => [body, ...(body.anyOf ?? []), ...(body.oneOf ?? [])]);
    const found = bodies.find(({ properties }) => properties !== undefined && key in properties)?.properties?.[key];
    if (found === undefined) throw new Error(`${name} has no ${path.join('.')}`);
    return found;
  }, schemas[name] ?? {});
}

test.each(Object.entries(schemas))('%s: an editor knows what the file is, and each of its keys', (_, schema) => {
  expect(schema).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: expect.stringMatching(/^dars\/\w+\.schema\.json$/),
    title: expect.stringMatching(/\w/),
    description: expect.stringMatching(/\w/),
    type: 'object',
    additionalProperties: false,
  });
  expect(schema.required?.length).toBeGreaterThan(0);
});

test('what has a default need not be written', () => {
  expect(schemas['agreement']?.required).not.toContain('approvals');
  expect(schemas['agreement']?.required).toContain('datasets');
  expect(schemas['workspace']?.required).toEqual(['custodian', 'sources', 'keys']);
  expect(schemas['pipeline']?.required).toEqual(['pipeline', 'agreement', 'products']);
  expect(at('pipeline', 'products', 'format').default).toBe('csv');
});

test('an editor offers the words that a key takes', () => {
  expect(at('agreement', 'datasets', 'frequency').enum).toEqual(['one-off', 'monthly', 'quarterly', 'annual']);
  expect(at('agreement', 'datasets', 'fields', 'as').examples).toContain('age_band_5');
  expect(at('agreement', 'approvals', 'body').enum).toEqual(['IAO', 'IGARD', 'AGD', 'CAG']);
  expect(at('catalogue', 'columns', 'class').enum).toContain('quasi-identifier');
  expect(at('agreement', 'term', 'end')).toMatchObject({ type: 'string', format: 'date' });
});

test.each(['agreement', 'pipeline'])('%s: conditions nest in the JSON Schema as they do in the files', (name) => {
  const where = at(name, name === 'agreement' ? 'datasets' : 'products', 'where');
  const { any_of, all_of, not } = where.properties ?? {};
  const nested = not?.$ref;
  expect([any_of?.items?.$ref, all_of?.items?.$ref]).toEqual([nested, nested]);
  const branch = schemas[name]?.$defs?.[nested?.split('/').at(-1) ?? ''];
  expect(branch?.properties?.['any_of']?.items?.$ref).toBe(nested);
  expect(branch?.properties?.['not']?.$ref).toBe(nested);
  const comparison = branch?.additionalProperties as JsonSchema;
  expect(Object.keys(comparison.properties ?? {})).toEqual([
    'in',
    'not_in',
    'starts_with',
    'between',
    'at_least',
    'at_most',
    'is_null',
  ]);
  expect(comparison.additionalProperties).toBe(false);
});

const CATALOGUE = join(root, 'src/catalogue/datasets');

test.each(readdirSync(CATALOGUE))('the catalogue’s %s is valid, and uses no key that the JSON Schema lacks', (file) => {
  const document = readDocument(readFileSync(join(CATALOGUE, file), 'utf8'), file);
  if (!document.ok) throw new Error('not YAML');
  expect(parseWith(datasetSchema, document.value).ok).toBe(true);
  const { columns, ...head } = document.value.value as { readonly columns: readonly object[] };
  for (const key of Object.keys(head)) expect(at('catalogue', key)).toBeDefined();
  for (const key of new Set(columns.flatMap((column) => Object.keys(column))))
    expect(at('catalogue', 'columns', key)).toBeDefined();
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
