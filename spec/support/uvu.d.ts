// The parts of uvu that its own types leave out.
declare module 'uvu/run' {
  export function run(suites: { name: string; file: string }[], options?: { bail?: boolean }): Promise<void>;
}
declare module 'uvu/parse' {
  export function parse(folder: string, pattern: RegExp | string): Promise<{ suites: { name: string; file: string }[] }>;
}
