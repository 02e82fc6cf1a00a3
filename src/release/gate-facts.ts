import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import { PDS } from '../catalogue/catalogue.ts';
import type { Encryptor } from '../encrypt/encryptor.ts';
import type { Engine, EngineInputs, InputLook, OptOutInspection } from '../engine/engine.ts';
import type { GateFacts } from '../gate/gate.ts';
import type { SourceFacts } from '../gate/source-freshness.ts';
import { usedDatasets } from '../gate/used-datasets.ts';
import { type CalendarDate, dayOf } from '../kernel/calendar-date.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import type { Intended } from '../ledger/entries.ts';
import type { Entry } from '../ledger/ledger.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import type { Pipeline } from '../pipeline/pipeline-schema.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { SourceFile } from '../workspace/workspace-schema.ts';
import { isOfDataset } from './input-looks.ts';
import { pastUses, releaseOf, replacedRelease } from './past-uses.ts';
import { toldAsAt } from './told-before.ts';
import { waitingRelease } from './waiting.ts';

/** The part of the world that the gate's facts are in. */
export interface GateWorld {
  readonly workspace: Workspace;
  readonly inputs: EngineInputs;
  readonly engine: Engine;
  readonly encryptor: Encryptor;
  readonly now: () => Date;
  readonly recipientKey: (agreement: LoadedAgreement) => Promise<string | undefined>;
}

/** Opt-outs must be applied within 21 days of being set (national data opt-out operational policy). */
const MAX_AGE_DAYS = 21;

/** The opt-out list of this run: what is in it, and of when it is. */
export interface AppliedList {
  readonly asAt: CalendarDate | undefined;
  readonly sha256: string;
}

/** What the gate looked at, and what a run that it lets through goes on with. */
export interface GateFindings {
  readonly facts: GateFacts;
  readonly optOuts: AppliedList;
  /** The files that will be read, as they are now. */
  readonly looks: readonly InputLook[];
  /** The release that was sealed before and goes on; undefined where one would be made. */
  readonly waiting: Entry<Intended> | undefined;
  /** Releases that do not count against a frequency: the one that waits, and the one that is being replaced. */
  readonly apart: readonly string[];
}

/** Everything the gate looks at. Reads, decides nothing. */
export async function gateFacts(
  pipeline: LoadedPipeline,
  agreement: LoadedAgreement,
  world: GateWorld,
  entries: readonly Entry[],
  replacement?: { readonly file: string },
): Promise<GateFindings> {
  const { workspace, inputs } = world;
  const waiting = waitingRelease(entries, pipeline);
  const apart = releasesApart(entries, pipeline, waiting, replacement);
  // Before anything is read, so that what is touched from now on is noticed.
  const looks = await world.engine.lookAt(inputs, readDatasets(pipeline.pipeline));
  const listed = looks.find(({ source }) => source === 'opt_outs');
  const optOuts: OptOutInspection =
    inputs.optOuts === undefined
      ? { defect: { code: 'missing', message: 'dars.yaml names no opt-out list' }, numbers: 0, sha256: '' }
      : await world.engine.inspectOptOuts(inputs.optOuts);
  const { openpgp_fingerprint: fingerprint } = agreement.agreement.recipient;
  const facts: GateFacts = {
    today: dayOf(world.now()),
    custodian: workspace.file.custodian.name,
    pipeline,
    agreement,
    agreements: workspace.agreements,
    catalogue: workspace.catalogue,
    recipientKey: await world.encryptor.inspect(await world.recipientKey(agreement), fingerprint, world.now()),
    optOuts: {
      file: workspace.name,
      line: workspace.document.lineOf(['sources', 'opt_outs']),
      asAt: listed?.asAt,
      maxAgeDays: workspace.file.sources.opt_outs?.max_age_days ?? MAX_AGE_DAYS,
      defect:
        listed?.defect === undefined
          ? optOuts.defect
          : { ...listed.defect, message: `the opt-out list ${listed.defect.message}` },
    },
    sources: looks.flatMap((look) => sourceFacts(look, workspace, toldAsAt(entries, pipeline, look.source))),
    past: pastUses(entries).filter(({ release: past }) => !apart.includes(past)),
  };
  return { facts, optOuts: { asAt: listed?.asAt, sha256: optOuts.sha256 }, looks, waiting, apart };
}

/** The datasets that a run reads: PDS always, to resolve who is who. */
function readDatasets(pipeline: Pipeline): string[] {
  return [...new Set([PDS, ...usedDatasets(pipeline)])];
}

function sourceFacts(
  look: InputLook,
  { name, document, file }: Workspace,
  told: CalendarDate | undefined,
): SourceFacts[] {
  if (!isOfDataset(look)) return [];
  const { source, asAt, defect } = look;
  const settings = (file.sources as Readonly<Record<string, SourceFile | undefined>>)[source];
  const place = { file: name, line: document.lineOf(['sources', source]) };
  return [{ source, ...place, asAt, maxAgeDays: settings?.max_age_days, toldAsAt: told, defect }];
}

function releasesApart(
  entries: readonly Entry[],
  pipeline: LoadedPipeline,
  waiting: Entry<Intended> | undefined,
  replacement: { readonly file: string } | undefined,
): string[] {
  if (waiting === undefined)
    return replacement === undefined ? [] : [replacedRelease(entries, pipeline, replacement.file)];
  if (replacement !== undefined && replacement.file !== waiting.replaces) {
    throw new Fault(
      ExitCode.usage,
      'release-waits',
      `release ${waiting.release} waits to be delivered, and does not replace ${replacement.file}`,
      { hint: 'deliver it with dars deliver, or give it up with dars deliver --abandon' },
    );
  }
  const replaced = waiting.replaces === undefined ? undefined : releaseOf(entries, waiting.replaces);
  return [waiting.release, ...(replaced === undefined ? [] : [replaced])];
}
