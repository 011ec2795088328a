import { readdirSync, readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { suite } from './support/suite.ts';

const test = suite('refusals in the code');

/** The files of server/ that refuse something that a user or a program asks for. */
const SOURCES = filesIn('../server/').filter(({ name }) => !/^(?:commands|metrics|practice)\//.test(name));
const SPECS = filesIn('./').filter(({ name }) => name.endsWith('.spec.ts'));
/** A text in the code, and what is passed over: comments. */
const TEXT = /\/\/.*|\/\*[^]*?\*\/|'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g;
/** A verb of what to do, at the start of a sentence or of its last part. */
const WHAT_TO_DO =
  / must be |, as in |(?:^|[.!:;] |, |, and |, or |, then )(?:Add|Ask|Check|Choose|Copy|Correct|Delete|Describe|End|Enter|Give|Go|Load|Log|Make|Open|Remove|Report|Press|Say|Search|See|Send|Shorten|Start|Tell|Then|To leave|Try|Type|Unblock|Unpin|Use|Wait|Write|You can still|If you|write|must be|try|use|send|write|ask|start|choose|log out)\b/;

function filesIn(folder: string): { name: string; code: string }[] {
  const root = new URL(folder, import.meta.url);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name, code: readFileSync(new URL(name, root), 'utf8') }));
}

/** The classes of refusals: `Refusal`, and all that extend one of them. */
function refusalClasses(): Set<string> {
  const classes = new Set(['Refusal']);
  const pairs = SOURCES.flatMap(({ code }) => [...code.matchAll(/class (\w+) extends (\w+)/g)]);
  for (let known = 0; known < classes.size;) {
    known = classes.size;
    for (const [, name, base] of pairs) if (classes.has(base!)) classes.add(name!);
  }
  return classes;
}

/** The code from a bracket that opens to the one that closes it. */
function bracketAt(code: string, start: number): string {
  let depth = 0;
  for (const { 0: token, index } of code.slice(start).matchAll(new RegExp(`${TEXT.source}|[()]`, 'g'))) {
    if (token === '(') depth += 1;
    else if (token === ')' && (depth -= 1) === 0) return code.slice(start, start + index);
  }
  return '';
}

/** The sentences of a piece of code, each as what stands around its variables. */
const sentencesIn = (code: string): string[][] =>
  [...code.matchAll(TEXT)]
    .map(([, ...texts]) => (texts.find((text) => text !== undefined) ?? '').replace(/\\(.)/g, '$1'))
    .map((text) => text.split(/\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/))
    .filter((parts) => / .*\.$/.test(parts.join('')));

/** The sentences of the refusals that a file makes, also of those that it names first. */
function refusalsIn(code: string, classes: Set<string>): string[][] {
  const makes = new RegExp(`(?:new (?:${[...classes].join('|')})|\\bsuper)(?=\\()`, 'g');
  return [...code.matchAll(makes)].flatMap(({ 0: call, index }) => {
    const made = bracketAt(code, index + call.length);
    const named = [...code.matchAll(/const ([A-Z_]+)\s*=\s*([^;]*);/g)];
    return [
      made,
      ...named.filter(([, name]) => new RegExp(`\\b${name}\\b`).test(made)).map(([, , text]) => text!),
    ].flatMap(sentencesIn);
  });
}

const MADE = (() => {
  const classes = refusalClasses();
  return SOURCES.flatMap(({ name, code }) => refusalsIn(code, classes).map((parts) => ({ name, parts })));
})();

test('each refusal in the code is a sentence that says what to do', () => {
  assert.ok(MADE.length > 100, `${MADE.length} refusals`);
  const wrong = MADE.map(({ name, parts }) => ({ name, sentence: parts.join('X') }))
    .filter(({ sentence }) => !sentence.endsWith('cannot be delivered.')) // of a block, which is silent
    .filter(({ sentence }) => !sentence.endsWith('one room at a time.')) // its page asks what to do
    .filter(({ sentence }) => !/^[A-Z][^]*\.$/.test(sentence) || !WHAT_TO_DO.test(sentence));
  assert.equal(wrong, []);
});

test('each refusal in the code stands whole in a spec', () => {
  const specs = SPECS.map(({ code }) => code.replaceAll('\\', '')).join('\n');
  const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const missing = MADE.filter(({ parts }) => !new RegExp(parts.map(escaped).join('.+?')).test(specs));
  assert.equal(missing, []);
});

test.run();
