import { type Callback, suite as uvuSuite, type Test } from 'uvu';
import { withSecondTry } from './second-try.ts';

/** What the titles of the specs to run contain: `npm test -- feed --only 'renders once'`. */
const only = process.env.SPEC_ONLY ?? '';

/** A suite of uvu, with those specs alone that the run asks for. */
export function suite(name: string): Test {
  const test = uvuSuite(name);
  const add = (title: string, work: Callback) => {
    if (title.includes(only)) test(title, withSecondTry(`${name}: ${title}`, work));
  };
  return Object.assign(add as Test, test);
}
