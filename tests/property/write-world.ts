import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import type { EngineInputs, SourceLocation } from '../../src/engine/engine.ts';
import type { Secret } from '../../src/kernel/secret.ts';
import type { OracleInputs, SourceTable } from '../oracle/oracle-inputs.ts';
import { datasetOf } from './arbitrary-rows.ts';
import type { World } from './world.ts';
import { scratch, writeSource } from './write-source.ts';

/** A world on disk for an engine, and the same in memory for the oracle. */
export interface WrittenWorld {
  readonly inputs: EngineInputs;
  readonly oracle: OracleInputs;
}

/** Lays a world into a folder. */
export async function writeWorld(
  folder: string,
  world: World,
  catalogue: Catalogue,
  key: Secret<Uint8Array>,
): Promise<WrittenWorld> {
  const locations = new Map<string, SourceLocation>();
  const tables = new Map<string, SourceTable>();
  for (const [name, { table, layout }] of world.sources) {
    const { location, asRead } = await writeSource(join(folder, name), datasetOf(catalogue, name), table, layout);
    locations.set(name, location);
    tables.set(name, asRead);
  }
  const put = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const areas = ['lsoa', 'msoa', 'local_authority', 'region'] as const;
  const geography = put(
    'areas.csv',
    [areas, ...world.geography.map((record) => areas.map((name) => record[name] ?? ''))]
      .map((cells) => `${cells.join(';')}\n`)
      .join(''),
  );
  const cohortFile = put(
    'cohort.csv',
    `nhs_number\n${(world.cohortFile ?? []).map((line) => `${line ?? ''}\n`).join('')}`,
  );
  mkdirSync(join(folder, 'pipes'), { recursive: true });
  const { mode, numbers, request } = world.optOuts;
  return {
    inputs: {
      catalogue,
      sources: locations,
      optOuts: {
        paths: [await writeList(folder, world.optOuts)],
        mode,
        request: request === undefined ? undefined : put('request.dat', request.map((line) => `${line},\n`).join('')),
      },
      geography: {
        path: geography,
        delimiter: ';',
        columns: { lsoa: 'lsoa', msoa: 'msoa', local_authority: 'local_authority', region: 'region' },
      },
      cohortFile,
      limits: { memory: '1GB', threads: 2, temp: join(folder, 'pipes') },
    },
    oracle: {
      sources: tables,
      optOuts: { mode, numbers, request },
      cohortFile: world.cohortFile,
      geography: world.geography,
      key,
    },
  };
}

async function writeList(folder: string, { numbers, layout }: World['optOuts']): Promise<string> {
  if (layout.format === 'parquet') {
    const path = join(folder, 'opt-outs.parquet');
    const rows = numbers.map((number) => `('${number}')`).join(', ');
    await (await scratch()).run(`COPY (SELECT * FROM (VALUES ${rows}) v(n)) TO '${path}' (FORMAT parquet)`);
    return path;
  }
  // Every third as it stands, with spaces, with hyphens.
  const lines = numbers.map((number, index) => {
    const gap = ['', ' ', '-'][index % 3] ?? '';
    return `${number.slice(0, 3)}${gap}${number.slice(3, 6)}${gap}${number.slice(6)}${layout.commas ? ',' : ''}`;
  });
  const path = join(folder, 'opt-outs.dat');
  const all = [...(layout.header ? ['nhs_number'] : []), ...lines];
  writeFileSync(path, all.map((line) => `${line}${layout.lineEnd}`).join(''));
  return path;
}
