import { z } from 'zod';
import { agreementSchema } from '../agreement/agreement-schema.ts';
import { datasetSchema } from '../catalogue/dataset.ts';
import { pipelineSchema } from '../pipeline/pipeline-schema.ts';
import { workspaceSchema } from '../workspace/workspace-schema.ts';

const DOCUMENTS = {
  workspace: { schema: workspaceSchema, title: 'dars.yaml, a workspace' },
  catalogue: { schema: datasetSchema, title: 'a dataset of the catalogue' },
  agreement: { schema: agreementSchema, title: 'a version of a data sharing agreement' },
  pipeline: { schema: pipelineSchema, title: 'a pipeline' },
} as const;

/** File name -> JSON Schema (draft 2020-12) of each document of a workspace, for editors to complete and check with. */
export function jsonSchemas(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(DOCUMENTS).map(([name, { schema, title }]) => {
      // `input`: what people write, before defaults and other spellings are resolved.
      const generated = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });
      const { $schema, ...rest } = generated;
      const file = `${name}.schema.json`;
      return [file, `${JSON.stringify({ $schema, $id: `dars/${file}`, title, ...rest }, null, 2)}\n`];
    }),
  );
}
