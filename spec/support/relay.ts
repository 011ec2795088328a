// A relay in front of a database, which can fall silent as a network does that loses all packets.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Relay {
  /** The address of the database by way of the relay. */
  address: string;
  /** Passes nothing on, and says nothing: connections stay open. */
  silence(): void;
  /** Passes everything on again, also what has come meanwhile. */
  resume(): void;
  end(): void;
}

export async function startRelay(to: string): Promise<Relay> {
  const target = new URL(to);
  const sockets = new Set<Socket>();
  let isSilent = false;
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('data', (bytes) => void other.write(bytes));
      one.on('error', () => {});
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      if (isSilent) one.pause();
    }
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = new URL(to);
  address.port = String((server.address() as AddressInfo).port);
  return {
    address: address.href,
    silence: () => {
      isSilent = true;
      for (const socket of sockets) socket.pause();
    },
    resume: () => {
      isSilent = false;
      for (const socket of sockets) socket.resume();
    },
    end: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
