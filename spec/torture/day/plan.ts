import { random } from '../../support/random.ts';

const DAY_HOURS = 24;
const VISITS = 3;
const VISIT_HOURS = 1;
const SHORTEST_HOURS = 0.05;
const LONGEST_HOURS = 6;

/** How a visit ends. Who closes the page has script that tells so; who vanishes tells nothing. */
export type Ending = 'logs out' | 'leaves' | 'closes' | 'vanishes';

/** From when to when somebody is there, in hours of the day. */
export interface Visit {
  begin: number;
  end: number;
  ending: Ending;
}

/** What somebody does on that day. */
export interface Plan {
  hasScript: boolean;
  /** Whether they have a session from the day before. */
  isLoggedIn: boolean;
  /** Messages in an hour of presence. */
  talks: number;
  visits: Visit[];
  random: () => number;
}

/** How many people come, by the hour of the day: few at night, most at 09:30 and 20:00. The most is 1. */
export function crowd(hour: number): number {
  const hill = (at: number, width: number) => Math.exp(-(((hour - at) / width) ** 2) / 2);
  return Math.min(1, 0.04 + 0.78 * hill(9.5, 1.8) + 0.85 * hill(20, 1.8) + 0.35 * hill(14.5, 3));
}

/** The plan of one of the people: the same for the same seed. */
export function planOf(number: number, seed: number): Plan {
  const own = random(seed * 1_000_003 + number);
  const exponential = (mean: number) => -Math.log(1 - own()) * mean;
  const hasScript = own() < 0.9;
  const isLoggedIn = own() < 0.85;
  const talks = 0.5 + exponential(3.5);
  const visits: Visit[] = [];
  const wanted = Math.max(1, Math.round(exponential(VISITS)));
  for (let tries = 0; visits.length < wanted && tries < 100; tries += 1) {
    const begin = own() * DAY_HOURS;
    if (own() > crowd(begin)) continue;
    const hours = Math.min(LONGEST_HOURS, SHORTEST_HOURS + exponential(VISIT_HOURS));
    visits.push({ begin, end: begin + hours, ending: endingFor(own()) });
  }
  return { hasScript, isLoggedIn, talks, visits: oneAfterAnother(visits), random: own };
}

const endingFor = (chance: number): Ending =>
  chance < 0.08 ? 'logs out' : chance < 0.35 ? 'leaves' : chance < 0.8 ? 'closes' : 'vanishes';

/** The visits in order, without those that begin before another has ended. */
function oneAfterAnother(visits: Visit[]): Visit[] {
  const kept: Visit[] = [];
  for (const visit of visits.toSorted((a, b) => a.begin - b.begin))
    if (visit.begin > (kept.at(-1)?.end ?? -1)) kept.push(visit);
  return kept;
}
