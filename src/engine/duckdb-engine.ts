import { basename } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { PDS } from '../catalogue/catalogue.ts';
import type { Dataset } from '../catalogue/dataset.ts';
import { PERSONAL_NAMES } from '../disclosure/airlock-tables.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { COHORT_FILE, compileCohort, compileFile, type SourceFacts, Tables } from '../plan/compile.ts';
import { compileReport } from '../plan/compile-tracking.ts';
import { type FilePlan, type Plan, stepOf } from '../plan/plan.ts';
import { printRelation, quoteName, type TableResolver } from '../relation/print-sql.ts';
import { ALL_SLICES } from '../relation/slices.ts';
import { bindKey } from './bind-key.ts';
import { connect } from './connect.ts';
import { countTables } from './count-tables.ts';
import type { Engine, EngineInputs, EngineSession, OptOutInspection, TracedCohort } from './engine.ts';
import { filesAt } from './files-at.ts';
import { findPeople } from './find-people.ts';
import { lookAtInputs } from './look-at-inputs.ts';
import { riskOf } from './measure-risk.ts';
import { inspectOptOuts, loadOptOuts, noOptOuts } from './opt-outs.ts';
import { proveFile } from './prove-file.ts';
import { proveReport } from './prove-report.ts';
import { openSource, type SourceScan } from './source-scan.ts';
import { ContractBreak, execute } from './sql.ts';
import { buildSuccession } from './succession.ts';
import { TRACED_COLUMNS } from './trace-members.ts';
import { traceParticipants } from './trace-participants.ts';
import { writeFile } from './write-file.ts';

/** What the parts of a session share. */
export interface SessionState {
  readonly connection: DuckDBConnection;
  readonly inputs: EngineInputs;
  readonly sources: ReadonlyMap<string, SourceScan>;
  readonly facts: SourceFacts;
  readonly resolver: TableResolver;
}

/** The embedded engine. */
export function duckDbEngine(limits: { readonly memory: string; readonly threads: number | undefined }): Engine {
  return {
    async inspectOptOuts(location): Promise<OptOutInspection> {
      const { instance, connection } = await connect(limits);
      try {
        return await inspectOptOuts(connection, location);
      } finally {
        connection.closeSync();
        instance.closeSync();
      }
    },

    async findPeople(inputs, key, tokens) {
      const { instance, connection } = await connect(inputs.limits);
      try {
        await bindKey(connection, key);
        const sources = await openSources(connection, { files: [], cohort: undefined }, inputs);
        const state = sessionState(connection, inputs, sources);
        return await located(state, async () => {
          const columns = ['nhs_number', 'replaced_by', 'confidentiality'];
          await buildSuccession(connection, scan(sources, PDS).select(columns));
          return findPeople(connection, scan(sources, PDS).select(['nhs_number']), tokens);
        });
      } finally {
        connection.closeSync();
        instance.closeSync();
      }
    },
    lookAt: (inputs, datasets) =>
      lookAtInputs(inputs, datasets, async (patterns) => {
        const { instance, connection } = await connect(limits);
        try {
          const found: string[][] = [];
          for (const pattern of patterns) found.push(await filesAt(connection, [pattern]));
          return found;
        } finally {
          connection.closeSync();
          instance.closeSync();
        }
      }),

    async open(plan, inputs, key, progress): Promise<EngineSession> {
      const { instance, connection } = await connect(inputs.limits);
      const close = async (): Promise<void> => {
        connection.closeSync();
        instance.closeSync();
      };
      try {
        await bindKey(connection, key);
        const sources = await openSources(connection, plan, inputs);
        const state = sessionState(connection, inputs, sources);
        progress({ step: 'resolve', done: 0, of: 1, rows: 0 });
        await located(state, async () => {
          await buildSuccession(
            connection,
            scan(sources, PDS).select(['nhs_number', 'replaced_by', 'confidentiality']),
          );
          if (inputs.optOuts === undefined) await noOptOuts(connection);
          else await loadOptOuts(connection, inputs.optOuts);
          await loadGeography(connection, plan, inputs);
          if (plan.cohort !== undefined) {
            const relation = compileCohort(plan.cohort, state.facts);
            await execute(
              connection,
              `CREATE TEMP TABLE ${quoteName(Tables.cohort)} AS ${printRelation(relation, state.resolver)}`,
            );
          }
        });
        const traced: TracedCohort[] = [];
        for (const trace of plan.traces ?? []) {
          traced.push(await located(state, () => traceParticipants(state, trace, scan(sources, PDS), progress)));
        }
        progress({ step: 'resolve', done: 1, of: 1, rows: 0 });
        return {
          traced,
          write: (file, brief) => writeFile(state, file, brief, progress, (work) => located(state, work)),
          count: (file) => countTables(state, file, progress, (work) => located(state, work)),
          prove: (file, produced) =>
            located(state, () =>
              stepOf(file.steps, 'tell') === undefined
                ? proveFile(state, file, produced)
                : proveReport(state, file, produced),
            ),
          risk: async (files, terms) => {
            await loadGeography(connection, { files: files.map(({ own }) => own) }, inputs);
            return riskOf(state, files, terms, progress, (work) => located(state, work));
          },
          explain: (file) => explain(state, file),
          [Symbol.asyncDispose]: close,
        };
      } catch (error) {
        await close();
        throw error;
      }
    },
  };
}

function sessionState(
  connection: DuckDBConnection,
  inputs: EngineInputs,
  sources: ReadonlyMap<string, SourceScan>,
): SessionState {
  const facts: SourceFacts = {
    optOutMode: inputs.optOuts?.mode ?? 'deny-list',
    lacks: (dataset) => {
      const { dataset: entry, has } = scan(sources, dataset);
      return entry.columns.map(({ name }) => name).filter((name) => !has.includes(name));
    },
  };
  const resolver: TableResolver = (name) => {
    for (const [dataset, source] of sources) {
      if (name === Tables.source(dataset)) return source.select(source.has);
    }
    return quoteName(name);
  };
  return { connection, inputs, sources, facts, resolver };
}

/** Opens every source that the plan reads, with the columns that it needs. */
async function openSources(
  connection: DuckDBConnection,
  plan: Pick<Plan, 'files' | 'cohort' | 'traces'>,
  inputs: EngineInputs,
): Promise<Map<string, SourceScan>> {
  const needed = new Map<string, { required: Set<string>; optional: Set<string> }>();
  const need = (dataset: string, names: readonly string[], optional = false): void => {
    const entry = needed.get(dataset) ?? { required: new Set<string>(), optional: new Set<string>() };
    for (const name of names) (optional ? entry.optional : entry.required).add(name);
    needed.set(dataset, entry);
  };
  need(PDS, ['nhs_number', 'replaced_by', 'confidentiality']);
  // The airlock looks for these in outputs, and the plan must not be able to leave them out.
  need(PDS, [...PERSONAL_NAMES, 'postcode', 'date_of_birth'], true);
  if (plan.traces !== undefined) need(PDS, TRACED_COLUMNS, true);
  const stepLists = [
    ...plan.files.map(({ steps }) => steps),
    ...(plan.cohort?.kind === 'dataset' ? [plan.cohort.steps] : []),
  ];
  for (const steps of stepLists) {
    const read = stepOf(steps, 'read');
    if (read !== undefined) {
      need(
        read.dataset,
        read.columns.filter(({ optional }) => optional !== true).map(({ name }) => name),
      );
      need(
        read.dataset,
        read.columns.filter(({ optional }) => optional === true).map(({ name }) => name),
        true,
      );
    }
    need(PDS, stepOf(steps, 'resolve')?.demographics.map(({ name }) => name) ?? []);
  }
  const sources = new Map<string, SourceScan>();
  for (const [name, { required, optional }] of needed) {
    const dataset = inputs.catalogue.get(name);
    const location = inputs.sources.get(name);
    if (dataset === undefined || location === undefined) {
      throw new Fault(ExitCode.workspace, 'no-source', `dars.yaml does not say where ${name} lies`, {
        hint: `add ${name}: { path: … } under sources`,
      });
    }
    const wanted = new Set([...required, ...optional]);
    sources.set(name, narrowed(await openSource(connection, dataset, location, [...required], [...wanted]), wanted));
  }
  if (plan.cohort?.kind === 'file') {
    const path = inputs.cohortFile ?? '';
    const location = { dataset: COHORT_FILE, paths: [path], format: 'csv', delimiter: ',', columns: {} } as const;
    const column = {
      name: 'nhs_number',
      type: 'text',
      class: 'identifier',
      concept: 'nhs_number',
      description: 'NHS number',
    } as const;
    const dataset: Dataset = {
      dataset: COHORT_FILE,
      title: 'cohort',
      abbreviation: 'COHORT',
      owner: '',
      person_key: 'nhs_number',
      key: ['nhs_number'],
      missing_dates: [],
      columns: [column],
    };
    sources.set(COHORT_FILE, await openSource(connection, dataset, location, ['nhs_number'], ['nhs_number']));
  }
  return sources;
}

/** The scan with only the columns that this plan has to do with: what is not needed is not read. */
function narrowed(source: SourceScan, wanted: ReadonlySet<string>): SourceScan {
  return { ...source, has: source.has.filter((name) => wanted.has(name)) };
}

function scan(sources: ReadonlyMap<string, SourceScan>, dataset: string): SourceScan {
  const source = sources.get(dataset);
  if (source === undefined) throw new Error(`the plan does not read ${dataset}`);
  return source;
}

async function loadGeography(
  connection: DuckDBConnection,
  plan: Pick<Plan, 'files'>,
  inputs: EngineInputs,
): Promise<void> {
  const asked = plan.files.some(({ steps }) =>
    stepOf(steps, 'minimise')?.columns.some(({ as }) => as === 'msoa' || as === 'local_authority' || as === 'region'),
  );
  if (!asked) return;
  const { geography } = inputs;
  if (geography === undefined) {
    throw new Fault(
      ExitCode.workspace,
      'no-geography',
      'the pipeline asks for areas made from LSOAs, and dars.yaml has no lookup for them',
      {
        hint: 'add lookups: { geography: { path: … } }',
      },
    );
  }
  const names = ['lsoa', 'msoa', 'local_authority', 'region'] as const;
  const columns = names.map((name) => ({ name, type: 'text', class: 'plain', description: name }) as const);
  const dataset: Dataset = {
    dataset: 'geography',
    title: 'lookup of areas',
    abbreviation: 'GEOGRAPHY',
    owner: '',
    person_key: 'lsoa',
    key: ['lsoa'],
    missing_dates: [],
    columns: [...columns],
  };
  const mapping = Object.fromEntries(names.map((name) => [name.toUpperCase(), geography.columns[name]]));
  const source = await openSource(
    connection,
    dataset,
    { dataset: 'geography', paths: [geography.path], format: 'csv', delimiter: geography.delimiter, columns: mapping },
    names,
    names,
  );
  await execute(
    connection,
    `CREATE OR REPLACE TEMP TABLE ${quoteName(Tables.geography)} AS SELECT DISTINCT ON (lsoa) * FROM ${source.select([...names])} WHERE lsoa IS NOT NULL ORDER BY ALL`,
  );
}

/** Runs work; where a value broke its column, looks up file and row, and says so without the value. */
async function located<T>(state: SessionState, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ContractBreak)) throw error;
    const source = state.sources.get(error.dataset);
    const place = await source?.locate(error.column).catch(() => undefined);
    const type = source?.dataset.columns.find(({ name }) => name === error.column)?.type ?? 'its type';
    const where = place === undefined ? `${error.dataset}` : `${basename(place.file)}, row ${place.row}`;
    throw new Fault(
      ExitCode.source,
      'value',
      type === 'text'
        ? `${where}, column ${error.column}: the value holds a NUL`
        : `${where}, column ${error.column}: the value is no ${type}`,
      { hint: 'rows are counted from 1 after the header; the catalogue says what the column holds' },
    );
  }
}

function explain(state: SessionState, file: FilePlan): { table: string; sql: string }[] {
  if (stepOf(file.steps, 'tell') !== undefined) {
    const { rows } = compileReport(file, state.facts.lacks(file.dataset));
    return [{ table: 'rows', sql: printRelation(rows, state.resolver) }];
  }
  const compiled = compileFile(file, ALL_SLICES, state.facts);
  const as = (table: string, relation: Parameters<typeof printRelation>[0]): { table: string; sql: string } => ({
    table: table.replace('#', ''),
    sql: printRelation(relation, state.resolver),
  });
  return [
    as(Tables.people, compiled.people),
    as(Tables.staged, compiled.staged),
    as(Tables.tokens, compiled.tokens),
    as(Tables.output, compiled.output(false)),
    as('released', compiled.released),
  ];
}
