import { expect, test } from 'vitest';
import type { Risk } from '../../../src/disclosure/risk/measure-risk.ts';
import { riskRefusals } from '../../../src/disclosure/risk/risk-report.ts';
import { trajectoryBreaches } from '../../../src/disclosure/risk/risk-terms.ts';

test('a share of few people is a bound in a refusal, also where those whom it is of are fewer than all', () => {
  const terms = { k: 5, sensitive: [], at_most: { unique_trajectories: { events: 3, share: 0.01 } } };
  const trajectories = [{ known: 3, people: 120, uniques: 3 }];
  const breaches = trajectoryBreaches(trajectories, terms as unknown as Parameters<typeof trajectoryBreaches>[1]);
  const risk = { classes: { people: 50_000 }, trajectories, breaches, proposals: [] } as unknown as Risk;
  const [refusal] = riskRefusals(risk);
  expect(refusal?.message).toContain('unique_trajectories of 3 is under 6.7%,');
  expect(refusal?.message).not.toContain('2.5%');
});
