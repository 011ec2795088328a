import { crc32, inflateRawSync } from 'node:zlib';

/** The files of a ZIP file by their names, as its directory lists them. @throws where a checksum is wrong */
export function unzipped(zip: Buffer): Map<string, Buffer> {
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  const files = new Map<string, Buffer>();
  let at = zip.readUInt32LE(end + 16);
  for (let count = zip.readUInt16LE(end + 10); count > 0; count -= 1) {
    const nameLength = zip.readUInt16LE(at + 28);
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const begin = zip.readUInt32LE(at + 42) + 30 + nameLength;
    const data = zip.subarray(begin, begin + zip.readUInt32LE(at + 20));
    const content = zip.readUInt16LE(at + 10) === 8 ? inflateRawSync(data) : Buffer.from(data);
    if (crc32(content) !== zip.readUInt32LE(at + 16)) throw new Error(`The checksum of ${name} is wrong.`);
    files.set(name, content);
    at += 46 + nameLength;
  }
  return files;
}
