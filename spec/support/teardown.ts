// What is started once for all specs of a process, such as a browser, ends with it.

const endings: (() => Promise<unknown>)[] = [];

/** Has this done once all specs of this process have been run. */
export function atEnd(ending: () => Promise<unknown>): void {
  endings.push(ending);
}

export async function endAll(): Promise<void> {
  for (const ending of endings) await ending();
}
