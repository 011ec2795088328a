// A line in front of a server as there are on trains: slow, far away, and now and then an answer breaks off.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A second of the line, in milliseconds: its clock runs so much faster that a spec does not wait. */
const SECOND_MS = 10;
const BYTES_PER_SECOND = 8192;
const LATENCY_SECONDS = 2;

export interface BrokenLine {
  /** The address of the server by way of the line. */
  base: string;
  /** How many answers have begun, and how many of them broke off. */
  counts: { answers: number; cut: number };
  /** Of how many answers one breaks off: after the first half of what the server sent first. */
  every: number;
  end(): void;
}

export async function startBrokenLine(to: string, every = 10): Promise<BrokenLine> {
  const { hostname, port } = new URL(to);
  const sockets = new Set<Socket>();
  const counts = { answers: 0, cut: 0 };
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    let isAsked = false;
    const upwards = slowly((bytes) => {
      isAsked = true;
      far.write(bytes);
    });
    const downwards = slowly((bytes, isCut) => {
      near.write(bytes);
      if (isCut) near.destroy();
    });
    near.on('data', (bytes) => upwards(bytes, false));
    far.on('data', (bytes: Buffer) => {
      const isFirst = isAsked;
      isAsked = false;
      if (isFirst) counts.answers += 1;
      const isCut = isFirst && counts.answers % line.every === 0;
      if (isCut) counts.cut += 1;
      downwards(isCut ? bytes.subarray(0, bytes.length / 2) : bytes, isCut);
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        sockets.delete(one);
        void pause(LATENCY_SECONDS * SECOND_MS).then(() => other.end());
      });
    }
  });
  const line: BrokenLine = {
    base: '',
    counts,
    every,
    end: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  line.base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return line;
}

/** Passes bytes on in order, after the latency of the line, and at its speed. */
function slowly(pass: (bytes: Buffer, isCut: boolean) => void): (bytes: Buffer, isCut: boolean) => void {
  let before: Promise<unknown> = Promise.resolve();
  return (bytes, isCut) => {
    const arrived = pause((LATENCY_SECONDS / 2) * SECOND_MS);
    before = before.then(async () => {
      await arrived;
      await pause((bytes.length / BYTES_PER_SECOND) * SECOND_MS);
      pass(bytes, isCut);
    });
  };
}
