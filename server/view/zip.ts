import { promisify } from 'node:util';
import { crc32, deflateRaw } from 'node:zlib';

const compress = promisify(deflateRaw);

/** What a ZIP file without its 64-bit extension can have, with room to spare. */
const MOST_FILES = 60_000;
const MOST_BYTES = 2 ** 32 - 2 ** 26;
/** 1980-01-01, the first date that a ZIP file knows. */
const DATE = 0x21;
const VERSION = 20;
/** Names are UTF-8. */
const FLAGS = 0x0800;
const STORED = 0;
const DEFLATED = 8;

/** Writes a ZIP file piece by piece: only the list of its files stays in memory. */
export class Zip {
  readonly #directory: Buffer[] = [];
  #bytes = 0;

  /** Whether there is room for a file of this size, in bytes. */
  fits(size: number): boolean {
    return this.#directory.length < MOST_FILES && this.#bytes + size < MOST_BYTES;
  }

  /** The bytes of a file in the ZIP file. @param isCompressed false for what is compressed already */
  async file(name: string, content: Buffer, isCompressed = true): Promise<Buffer> {
    const data = isCompressed ? await compress(content) : content;
    const path = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(VERSION, 0);
    common.writeUInt16LE(FLAGS, 2);
    common.writeUInt16LE(isCompressed ? DEFLATED : STORED, 4);
    common.writeUInt16LE(DATE, 8);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(path.length, 22);
    const place = Buffer.alloc(14); // no comment, no attributes; then where the file begins
    place.writeUInt32LE(this.#bytes, 10);
    const version = Buffer.alloc(2);
    version.writeUInt16LE(VERSION);
    this.#directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), version, common, place, path]));
    const written = Buffer.concat([Buffer.from('PK\x03\x04'), common, path, data]);
    this.#bytes += written.length;
    return written;
  }

  /** The end of the ZIP file: the list of its files. */
  end(): Buffer {
    const list = Buffer.concat(this.#directory);
    const end = Buffer.alloc(22);
    end.write('PK\x05\x06', 0, 'latin1');
    end.writeUInt16LE(this.#directory.length, 8);
    end.writeUInt16LE(this.#directory.length, 10);
    end.writeUInt32LE(list.length, 12);
    end.writeUInt32LE(this.#bytes, 16);
    return Buffer.concat([list, end]);
  }
}
