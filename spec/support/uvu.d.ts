// The parts of uvu that its own types leave out.
declare module 'uvu/parse' {
  export function parse(
    folder: string,
    pattern: RegExp | string,
  ): Promise<{ suites: { name: string; file: string }[] }>;
}
