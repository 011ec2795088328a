import type { Duplex } from 'node:stream';

/** What ends a request that cannot be answered otherwise, by the code of Node's error. */
const ENDINGS: Record<string, [status: string, sentence: string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: [
    '408 Request Timeout',
    'Your request did not arrive in time: nothing came for a minute, or all of it took more than 35 minutes. Nothing was changed. Check your connection, make a file smaller, and send it again.',
  ],
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    'The headers of your request are too large: its address or its cookies. Open a shorter address, or delete the cookies of this site, then try again.',
  ],
};
const UNREADABLE: [status: string, sentence: string] = [
  '400 Bad Request',
  'Your request cannot be read. If you have opened an https:// address, and this Plainchat has none, use http:// in its place; else try again.',
];
/** The client gets this long to take the answer. */
const TAKE_MS = 5000;

interface Answered {
  _httpMessage?: { headersSent: boolean };
}

/** Answers a request that has stopped on its way or cannot be read, and ends the connection. @param code of Node's error */
export function answerInWords(socket: Duplex & Answered, code = ''): void {
  if (!socket.writable || socket._httpMessage?.headersSent || code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, sentence] = ENDINGS[code] ?? UNREADABLE;
  const head = `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\nConnection: close\r\nContent-Length: ${sentence.length + 1}`;
  socket.end(`${head}\r\n\r\n${sentence}\n`);
  setTimeout(() => socket.destroy(), TAKE_MS).unref();
}
