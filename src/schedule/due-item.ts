import type { CalendarDate } from '../kernel/calendar-date.ts';

/** Where a pipeline stands tonight. The first three are something to do. */
export type DueState =
  /** To be made and delivered; `after` are pipelines of the same run that have to be delivered first. */
  | {
      readonly state: 'due';
      readonly since: CalendarDate;
      readonly after: readonly string[];
      readonly last?: CalendarDate;
    }
  /** Sealed, and to be delivered. */
  | ({ readonly state: 'sealed' } & Waiting)
  /** Sealed, and has waited longer than it may: to be given up, and made anew if it is due. */
  | ({ readonly state: 'expired' } & Waiting)
  /** Sealed, and to be tried again later. */
  | ({ readonly state: 'resting'; readonly until: string; readonly because: string } & Waiting)
  /** Sealed, and its pipeline can't be read any more. */
  | ({ readonly state: 'stranded' } & Waiting)
  /** For pipelines that go first, and that nobody delivers tonight. */
  | { readonly state: 'waits'; readonly for: readonly string[] }
  /** Today, so not asked again before tomorrow. */
  | { readonly state: 'refused'; readonly at: string; readonly codes: readonly string[]; readonly message: string }
  /** In this period, by this pipeline or by another that uses the same up. */
  | { readonly state: 'released'; readonly release: string; readonly day: CalendarDate; readonly next?: CalendarDate }
  | { readonly state: 'not-yet'; readonly on: CalendarDate }
  /** Nothing is due any more: somebody else did it meanwhile. */
  | { readonly state: 'gone' }
  /** It had waited longer than it may, its files were purged, and nothing is due in its place. */
  | ({ readonly state: 'purged' } & Waiting);

interface Waiting {
  readonly release: string;
  /** When it was sealed. */
  readonly sealed: string;
  /** The destination's name in dars.yaml. */
  readonly destination: string;
}

/** A pipeline that has a schedule, or something that waits to be delivered. */
export type DueItem = { readonly pipeline: string; readonly agreement: string } & DueState;

/** Whether there is something to do about it. */
export function isActionable({ state }: DueItem): boolean {
  return state === 'due' || state === 'sealed' || state === 'expired';
}

/** Why it stands where it stands, for people. */
export function reasonOf(item: DueItem): string {
  switch (item.state) {
    case 'due': {
      const after = item.after.length === 0 ? '' : `, after ${item.after.join(' and ')}`;
      return `since ${item.since}${after}; ${item.last === undefined ? 'never delivered before' : `last delivered ${item.last}`}`;
    }
    case 'sealed':
      return `release ${item.release} waits for ${item.destination} since ${minute(item.sealed)}`;
    case 'expired':
      return `release ${item.release} waits for ${item.destination} since ${minute(item.sealed)}, longer than it may`;
    case 'resting':
      return `release ${item.release} waits since ${minute(item.sealed)}; tried again from ${minute(item.until)}: ${item.because}`;
    case 'stranded':
      return `release ${item.release} waits since ${minute(item.sealed)}, and its pipeline can’t be read`;
    case 'waits':
      return `for ${item.for.join(' and ')} to be delivered in this period`;
    case 'refused':
      return `today at ${item.at.slice(11, 16)} UTC: ${item.message}`;
    case 'released':
      return `on ${item.day} (release ${item.release})${item.next === undefined ? '' : `; next ${item.next}`}`;
    case 'not-yet':
      return `due from ${item.on}`;
    case 'gone':
      return 'done meanwhile by another process';
    case 'purged':
      return `release ${item.release} waited since ${minute(item.sealed)}, longer than it may; its files were purged`;
    default:
      return item satisfies never;
  }
}

/** `2026-11-20 02:00 UTC` */
function minute(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`;
}
