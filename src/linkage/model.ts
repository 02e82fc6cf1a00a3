import { z } from 'zod';
import { canonicalJson, type Json } from '../kernel/canonical-json.ts';
import { sha256Hex } from '../kernel/digest.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import type { Comparison } from './compare/comparison.ts';
import type { Dependence, Parameters } from './train/parameters.ts';

const share = z.number().min(0).max(1);

const modelSchema = z
  .strictObject({
    format: z.literal('dars-linkage-model/1'),
    /** Where it was learnt: sizes only, no names and no values. */
    learnt_from: z.string(),
    prior: share.describe('probability that a pair taken at random is of one person'),
    kin: share.describe('probability that it is of two people of one household'),
    namesakes: share.describe('probability that it is of two people of one name, beyond what chance explains'),
    comparisons: z.array(
      z.strictObject({
        field: z.string(),
        levels: z.array(
          z.strictObject({
            level: z.string(),
            m: share.describe('share among pairs of one person'),
            u: share.describe('share among pairs of different people'),
            bits: z.number().describe('log2(m/u); where by_value, what the average value is worth'),
            by_value: z.boolean().describe('whether the frequency of the value that agrees stands for u'),
          }),
        ),
        depends_on: z
          .strictObject({
            field: z.string(),
            given: z.array(z.strictObject({ level: z.string(), copied: share, u: z.array(share) })),
          })
          .optional(),
      }),
    ),
  })
  .refine(({ prior, kin, namesakes }) => prior + kin + namesakes < 1);

/** A trained model, as it is kept in a file: readable, and the same bytes for the same training. */
export type Model = z.output<typeof modelSchema>;

/** Six significant digits: what is written is exactly what was used. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

export function modelOf(comparisons: readonly Comparison[], parameters: Parameters, learntFrom: string): Model {
  return {
    format: 'dars-linkage-model/1',
    learnt_from: learntFrom,
    prior: rounded(parameters.prior),
    kin: rounded(parameters.kin),
    namesakes: rounded(parameters.namesakes),
    comparisons: comparisons.map(({ name, levels }, index) => {
      const depends = parameters.dependence[index];
      const parent = depends === undefined ? undefined : comparisons[depends.parent];
      return {
        field: name,
        levels: levels.map(({ label, rarity }, level) => {
          const [m, u] = [rounded(parameters.m[index]?.[level] ?? 0), rounded(parameters.u[index]?.[level] ?? 0)];
          return { level: label, m, u, bits: Number(Math.log2(m / u).toFixed(2)), by_value: rarity !== undefined };
        }),
        ...(depends === undefined || parent === undefined
          ? {}
          : {
              depends_on: {
                field: parent.name,
                given: parent.levels.map(({ label }, level) => ({
                  level: label,
                  copied: rounded(depends.copied[level] ?? 0),
                  u: (depends.u[level] ?? []).map(rounded),
                })),
              },
            }),
      };
    }),
  };
}

/** The parameters of a model for these comparisons; a Fault where it was made for others. */
export function parametersOf(model: Model, comparisons: readonly Comparison[]): Parameters {
  const found = comparisons.map(({ name, levels }) => {
    const comparison = model.comparisons.find(({ field }) => field === name);
    // A level that these data can't reach, as that of former names where there are none, may stand in the model unused.
    const kept = levels.map(({ label }) => comparison?.levels.findIndex(({ level }) => level === label) ?? -1);
    if (comparison === undefined || kept.includes(-1)) {
      throw new Fault(ExitCode.usage, 'model', `the model was not made for the field ${name} as it is compared here`, {
        hint: 'a model is used for data that have the same fields; train one on these with --save-model',
      });
    }
    return { ...comparison, kept, levels: kept.flatMap((at) => comparison.levels[at] ?? []) };
  });
  return {
    prior: model.prior,
    kin: model.kin,
    namesakes: model.namesakes,
    m: found.map(({ levels }) => levels.map(({ m }) => m)),
    u: found.map(({ levels }) => levels.map(({ u }) => u)),
    dependence: found.map(({ depends_on: depends, kept }): Dependence | undefined => {
      if (depends === undefined) return undefined;
      const parent = comparisons.findIndex(({ name }) => name === depends.field);
      if (parent < 0) return undefined;
      const given = (comparisons[parent]?.levels ?? []).flatMap(({ label }) =>
        depends.given.filter(({ level }) => level === label),
      );
      return {
        parent,
        copied: given.map(({ copied }) => copied),
        u: given.map(({ u }) => kept.map((at) => u[at] ?? 0)),
      };
    }),
  };
}

/** A model from the text of its file; a Fault where it is none. */
export function parseModel(text: string, file: string): Model {
  try {
    return modelSchema.parse(JSON.parse(text));
  } catch {
    throw new Fault(ExitCode.usage, 'model', `${file} is no linkage model`, {
      hint: 'dars link --save-model FILE writes one',
    });
  }
}

/** The model's text in a file. */
export function formatModel(model: Model): string {
  return `${JSON.stringify(model, undefined, 2)}\n`;
}

/** SHA-256 of the model in canonical JSON: what linked rows are said to come from. */
export function modelHash(model: Model): string {
  return sha256Hex(canonicalJson(model as unknown as Json));
}
