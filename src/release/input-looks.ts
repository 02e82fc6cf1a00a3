import type { Engine, EngineInputs, InputLook } from '../engine/engine.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import type { Intended } from '../ledger/entries.ts';

/** Whether it is the source of a dataset, and not of the opt-out list, a cohort or a lookup. */
export function isOfDataset({ source }: InputLook): boolean {
  return source !== 'opt_outs' && source !== 'cohort' && source !== 'geography';
}

/** The datasets among what was looked at, each with the day that its source tells of, where that is known. */
export function sourceDates(looks: readonly InputLook[]): NonNullable<Intended['sources']> {
  return looks.filter(isOfDataset).map(({ source, asAt }) => ({ source, as_at: asAt ?? null }));
}

interface LookingWorld {
  readonly engine: Engine;
  readonly inputs: EngineInputs;
}

/**
 * That nobody touched a source between the gate and the end of the making: what was read while it was replaced or still
 * being written may be half of one state and half of another. A Fault (exit 11) otherwise.
 */
export async function confirmUntouched(before: readonly InputLook[], world: LookingWorld): Promise<void> {
  const fault = await touched(before, world);
  if (fault !== undefined) throw fault;
}

/**
 * The better reason for what went wrong while a release was made: rows that break a contract, or counts that disagree,
 * are what a source looks like that was touched in between, and then nothing is wrong with either.
 */
export async function reasonFor(error: unknown, before: readonly InputLook[], world: LookingWorld): Promise<unknown> {
  const isOfData = error instanceof Fault && (error.exit === ExitCode.source || error.exit === ExitCode.disclosure);
  return isOfData ? ((await touched(before, world).catch(() => undefined)) ?? error) : error;
}

async function touched(before: readonly InputLook[], { engine, inputs }: LookingWorld): Promise<Fault | undefined> {
  const datasets = before.filter(isOfDataset).map(({ source }) => source);
  const after = await engine.lookAt(inputs, datasets);
  const other = before.find(
    ({ source, fingerprint }) => after.find((look) => look.source === source)?.fingerprint !== fingerprint,
  );
  if (other === undefined) return undefined;
  const what = other.source === 'opt_outs' ? 'the opt-out list' : `the source of ${other.source}`;
  return new Fault(ExitCode.source, 'source-changed', `${what} changed while the release was being made`, {
    hint: `run this again; sources.${other.source}.ready in dars.yaml can name a file that says when it is whole`,
  });
}
