import type { Solver } from '../disclosure/solver.ts';
import { type Certificate, certificateOf } from '../disclosure/tabulation/certificate.ts';
import { checkReleased } from '../disclosure/tabulation/check-released.ts';
import { type CountedProduct, control } from '../disclosure/tabulation/control.ts';
import { TooLarge } from '../disclosure/tabulation/cube.ts';
import { Disclosive } from '../disclosure/tabulation/disclosive.ts';
import { type Note, notesOf, type TablesContext } from '../disclosure/tabulation/notes.ts';
import type { PublishedCells } from '../disclosure/tabulation/published-cells.ts';
import { type ReleasedTables, releasedTables } from '../disclosure/tabulation/released-tables.ts';
import { renderCsv } from '../disclosure/tabulation/render-csv.ts';
import { renderPage } from '../disclosure/tabulation/render-page.ts';
import { renderWorkbook } from '../disclosure/tabulation/render-workbook.ts';
import type { Scope } from '../disclosure/tabulation/scope.ts';
import type { EngineSession, Produced } from '../engine/engine.ts';
import { canonicalJson, type Json } from '../kernel/canonical-json.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { type FilePlan, type Plan, stepOf, stepsOf } from '../plan/plan.ts';
import { checkProduced } from './check-produced.ts';
import type { ReleaseEvent } from './release-event.ts';

/** The tables of a release after disclosure control, and what is kept of them. */
export interface MadeTables {
  /** By the name of the product. */
  readonly products: ReadonlyMap<string, { readonly tables: ReleasedTables; readonly counted: Produced }>;
  readonly certificate: Certificate;
  /** What anybody with the release can write down, as canonical JSON. */
  readonly published: string;
}

/**
 * Counts every tabulation of a plan, proves the counts, controls them all together with what was published before, and
 * looks at what came of it. Undefined where the plan has none. What can't be made safe is a Fault (exit 13) that names
 * the cells by their labels.
 */
export async function makeTables(
  plan: Plan,
  session: EngineSession,
  earlier: readonly PublishedCells[],
  openSolver: () => Promise<Solver>,
  observe: (event: ReleaseEvent) => void,
): Promise<MadeTables | undefined> {
  const files = [...new Map(plan.files.filter(isTabulation).map((file) => [file.product, file])).values()];
  if (files.length === 0) return undefined;
  const products: CountedProduct[] = [];
  const produced = new Map<string, Produced>();
  for (const file of files) {
    observe({ kind: 'step', step: 'count', product: file.product, dataset: file.dataset });
    const made = await session.count(file);
    checkProduced(file, made.produced);
    observe({ kind: 'step', step: 'prove', product: file.product, dataset: file.dataset });
    await session.prove(file, made.produced);
    const spec = stepOf(file.steps, 'tabulate')?.tabulation;
    const rules = stepOf(file.steps, 'control')?.rules;
    if (spec === undefined || rules === undefined) throw new Error('a tabulation without its steps');
    produced.set(file.product, made.produced);
    products.push({ product: file.product, spec, rules, counted: made.counted, scope: scopeOf(plan, file) });
  }
  observe({ kind: 'step', step: 'control' });
  const solver = await openSolver();
  const controlled = orRefused(() => control(products, earlier, solver));
  const tables = products.map((_, index) => releasedTables(controlled, products, index));
  for (const each of tables) {
    const [found] = checkReleased(each);
    if (found === undefined) continue;
    throw new Fault(
      ExitCode.disclosure,
      'small-count',
      `${each.product} ${found.table}, line ${found.line} ${found.message}`,
      {
        hint: 'nothing was released. This should not happen: keep the inputs and report it',
      },
    );
  }
  return {
    products: new Map(
      tables.map((each) => [each.product, { tables: each, counted: produced.get(each.product) as Produced }]),
    ),
    certificate: certificateOf(controlled, products, solver),
    published: `${canonicalJson(controlled.published as unknown as Json)}\n`,
  };
}

/** Which rows a tabulation is of, in the terms of its plan. */
function scopeOf({ cohort }: Plan, { dataset, steps }: FilePlan): Scope {
  const json = (value: unknown): string => canonicalJson(JSON.parse(JSON.stringify(value)) as Json);
  const periods = stepsOf(steps, 'select-period');
  return {
    dataset,
    from:
      periods
        .map(({ from }) => from)
        .sort()
        .at(-1) ?? '',
    to: periods.map(({ to }) => to).sort()[0] ?? '9999-12-31',
    conditions: [...new Set(stepsOf(steps, 'select-rows').map(({ condition }) => json(condition)))].sort(),
    people: json({
      cohort: cohort ?? null,
      optOuts: stepOf(steps, 'remove-opt-outs')?.policy ?? null,
      unresolved: stepOf(steps, 'resolve')?.unresolved ?? null,
    }),
  };
}

export function isTabulation({ productKind }: FilePlan): boolean {
  return productKind === 'tabulation';
}

/** The bytes of a file of tables, and how many lines it has. */
export function renderTables(
  plan: Plan,
  file: FilePlan,
  { products, certificate }: MadeTables,
): { bytes: Uint8Array; produced: Produced } {
  const made = products.get(file.product);
  if (made === undefined) throw new Error('a tabulation that was not made');
  const context: TablesContext = {
    custodian: plan.custodian,
    agreement: plan.agreement,
    period: file.period,
    optOuts: file.terms.optOuts,
    certificate,
  };
  const { bytes, rows } = inForm(file, made.tables, notesOf(made.tables, context), context);
  const columns = file.columns.map((name) => ({ name, type: 'text' }));
  return { bytes, produced: { rows, columns, waterfall: made.counted.waterfall } };
}

function inForm(
  { format, columns }: FilePlan,
  tables: ReleasedTables,
  notes: readonly Note[],
  context: TablesContext,
): { bytes: Uint8Array; rows: number } {
  if (format === 'xlsx') return renderWorkbook(tables, notes);
  const { text, rows } = format === 'html' ? renderPage(tables, notes, context) : renderCsv(tables, notes, columns);
  return { bytes: Buffer.from(text), rows };
}

const MOST_NAMED = 20;

function orRefused<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TooLarge)
      throw new Fault(ExitCode.disclosure, 'too-large', error.message, {
        hint: 'choose coarser levels, or fewer dimensions',
      });
    if (!(error instanceof Disclosive)) throw error;
    const cells = [...new Set(error.cells)];
    const problems = cells.slice(0, MOST_NAMED).map((cell) => ({
      code: 'disclosive',
      message: `${cell}: its true count could be derived, whatever is withheld`,
    }));
    throw new Fault(
      ExitCode.disclosure,
      'disclosive',
      'these tables can’t be published: small counts could be derived',
      {
        hint: 'merge categories, leave a table or a level out, or ask with coarser dimensions',
        problems,
      },
    );
  }
}
