import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';

const FOLDER = new URL('../../static/', import.meta.url);
const IMPORT = /^import \{([^}]*)\} from '\.\/([\w-]+)\.ts';\n/gm;

/** A script as it is served. */
export interface Script {
  name: string;
  /** The modules that are part of it, itself last. */
  parts: string[];
  /** What it imports from other scripts: their names, and the names of the bindings. */
  imports: Map<string, Set<string>>;
  code: string;
}

/**
 * Reads the scripts in `static/`, each after those that it imports. Modules that the same pages need are one
 * script: as a file of its own, each would cost a request and some 250 bytes.
 */
export function readScripts(): Script[] {
  const sources = new Map(
    readdirSync(FOLDER)
      .filter((file) => file.endsWith('.ts'))
      .map((file) => [file.slice(0, -3), stripTypeScriptTypes(readFileSync(new URL(file, FOLDER), 'utf8'))]),
  );
  const importsOf = (name: string) => [...sources.get(name)!.matchAll(IMPORT)].map(([, , from]) => from!);
  const neededBy = (name: string): string[] => [
    ...new Set([...importsOf(name).flatMap((each) => neededBy(each)), name]),
  ];
  const names = [...sources.keys()];
  const imported = new Set(names.flatMap(importsOf));
  const pages = names.filter((name) => !imported.has(name));
  const pagesOf = (name: string) => pages.filter((page) => neededBy(page).includes(name));
  const groups = Map.groupBy(new Set(pages.flatMap(neededBy)), (name) => pagesOf(name).join());
  // What a script imports is needed by more pages than the script itself.
  return [...groups.values()]
    .toSorted(([one], [other]) => pagesOf(other!).length - pagesOf(one!).length)
    .map((parts) => join(new Map(parts.map((part) => [part, sources.get(part)!])), pages));
}

/** Joins modules into one scope: the minifier refuses names that are declared twice. The last one gives its name. */
function join(parts: Map<string, string>, pages: string[]): Script {
  const name = [...parts.keys()].at(-1)!;
  const imports = new Map<string, Set<string>>();
  const codes = [...parts.values()].map((code) =>
    code.replace(IMPORT, (_, bindings: string, from: string) => {
      const known = imports.get(from) ?? new Set();
      for (const binding of bindings.match(/\w+/g) ?? []) known.add(binding);
      if (!parts.has(from)) imports.set(from, known);
      return '';
    }),
  );
  const code = codes.join('\n');
  return {
    name,
    parts: [...parts.keys()],
    imports,
    code: pages.includes(name) ? code.replace(/^export (?=const|let)/gm, '') : code,
  };
}
