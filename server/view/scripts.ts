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
 * Reads the scripts in `static/`, each after those that it imports. A module that only one page needs is
 * part of that page's script: as a file of its own it would cost a request and some 250 bytes.
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
  const isShared = (name: string) => pages.filter((page) => neededBy(page).includes(name)).length > 1;
  const served = [...new Set(pages.flatMap(neededBy))].filter(
    (name) => pages.includes(name) || isShared(name),
  );
  return served.map((name) => {
    const parts = isShared(name) ? [name] : neededBy(name).filter((each) => !isShared(each));
    return join(name, new Map(parts.map((part) => [part, sources.get(part)!])));
  });
}

/** Joins modules into one scope: the minifier refuses names that are declared twice. */
function join(name: string, parts: Map<string, string>): Script {
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
    code: parts.size > 1 ? code.replace(/^export (?=const|let)/gm, '') : code,
  };
}
