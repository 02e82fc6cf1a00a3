import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jsonSchemas } from './json-schemas.ts';

/* Writes the JSON Schemas of the four documents into schemas/: `npm run schemas`. A test holds them to be fresh. */
const folder = join(dirname(fileURLToPath(import.meta.url)), '../../schemas');
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(jsonSchemas())) writeFileSync(join(folder, name), text);
