import { TRACKING_WATERFALL, WATERFALL } from '../plan/compile.ts';
import { type FilePlan, stepOf } from '../plan/plan.ts';
import type { Produced, WaterfallCount } from './engine.ts';

/** Adds up what passes counted. Slices share no people, so people add up as well. */
export class Tally {
  readonly #counts = new Map<WaterfallCount['step'], { rows: number; people: number }>();

  add(waterfall: readonly WaterfallCount[]): void {
    for (const { step, rows: n, people } of waterfall) {
      const sum = this.#counts.get(step) ?? { rows: 0, people: 0 };
      this.#counts.set(step, { rows: sum.rows + n, people: sum.people + people });
    }
  }

  rowsOf(step: WaterfallCount['step']): number {
    return this.#counts.get(step)?.rows ?? 0;
  }

  produced(file: FilePlan): Omit<Produced, 'columns'> {
    const left = stepOf(file.steps, 'tell') === undefined ? WATERFALL : TRACKING_WATERFALL;
    const steps = (['in', ...left] as const).filter(
      (step) =>
        (step !== 'outside the cohort' ||
          file.steps.some(({ kind }) => kind === 'keep-cohort' || kind === 'keep-participants')) &&
        (step !== 'legally restricted' || stepOf(file.steps, 'withhold-restricted') !== undefined),
    );
    return {
      rows: this.rowsOf('released'),
      waterfall: steps.map((step) => ({ step, ...(this.#counts.get(step) ?? { rows: 0, people: 0 }) })),
    };
  }
}
