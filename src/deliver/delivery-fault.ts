import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import type { Trouble } from './remote-files.ts';

/** Stable codes of what can go wrong with a delivery; all end with exit 15. */
export type DeliveryProblem =
  | 'host-key'
  | 'host-key-missing'
  | 'private-key'
  | 'authentication'
  | 'unreachable'
  | 'interrupted'
  | 'refused'
  | 'space'
  | 'exists'
  | 'size'
  | 'changed';

/** The message names host and file, and nothing that a server or a library said. */
export function deliveryFault(code: DeliveryProblem, message: string, hint?: string): Fault {
  return new Fault(ExitCode.delivery, code, message, hint === undefined ? {} : { hint });
}

/** A place's refusal as a sentence about the file; a lost connection is the destination's to judge, not this. */
export function refusal(label: string, name: string, trouble: Exclude<Trouble, 'lost'>): Fault {
  switch (trouble) {
    case 'denied':
      return deliveryFault('refused', `${label} does not permit writing ${name}.`);
    case 'missing':
      return deliveryFault('refused', `${label} lost ${name} or its directory while it was being delivered.`);
    case 'space':
      return deliveryFault('space', `${label} has no room left for ${name}.`, 'What arrived is kept; repeat later.');
    case 'exists':
      return alreadyThere(label, name);
    case 'failed':
      return deliveryFault('refused', `${label} failed to store ${name} and gives no reason.`);
    default:
      return trouble satisfies never;
  }
}

/** Something else lies where the file should go. */
export function alreadyThere(label: string, name: string): Fault {
  return deliveryFault(
    'exists',
    `${label} already has something else under the name ${name}; it was left as it is.`,
    'File references are never used twice. Ask the recipient what it is before anybody removes it.',
  );
}
