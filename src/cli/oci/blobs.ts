// The files of an image layout: read by their hash, compared with it, and unpacked. None is read that is not a file in there.
// https://github.com/opencontainers/image-spec/blob/main/image-layout.md#blobs
import { createHash } from 'node:crypto';
import * as zlib from 'node:zlib';
import { decodeUtf8 } from '../../syntax/utf8.ts';
import type { Compression, Descriptor } from '../../oci/image.ts';
import { Json, OciError } from '../../oci/json.ts';
import { fileAt } from '../../oci/root.ts';
import { SystemError } from '../../wasi/host/errno.ts';
import type { Directory } from '../../wasi/host/filesystem.ts';

/** Bytes of a text of JSON, and of a layer, packed or not. */
const LONGEST_JSON = 2 ** 24;
const LONGEST_LAYER = 2 ** 30;

const REASONS = new Map([
  ['NOENT', 'no such file'],
  ['NOTDIR', 'a part of the path is not a directory'],
  ['ISDIR', 'is a directory, a file is needed'],
  ['LOOP', 'too many symbolic links'],
  ['ACCES', 'permission denied, or no file'],
  ['FBIG', 'longer than what is read'],
]);

export function reasonOf({ errno, detail }: SystemError): string {
  return detail ?? REASONS.get(errno) ?? errno;
}

/** A file below a directory, in which links may lead, but not out of it. Throws OciError. */
export function fileIn(root: Directory, path: string, most = LONGEST_JSON): Uint8Array {
  try {
    return fileAt(root, path, most);
  } catch (error) {
    throw error instanceof SystemError ? new OciError(`${path}: ${reasonOf(error)}`) : error;
  }
}

export function textIn(root: Directory, path: string): string {
  const text = decodeUtf8(fileIn(root, path));
  if (text === undefined) throw new OciError(`${path}: malformed UTF-8 encoding`);
  return text;
}

/** What a descriptor means, if it is that. Throws OciError. */
export function blobIn(root: Directory, { algorithm, hex, size, where }: Descriptor): Uint8Array {
  const path = `blobs/${algorithm}/${hex}`;
  const bytes = fileIn(root, path, LONGEST_LAYER);
  if (bytes.length !== size) throw new OciError(`${path}: it has ${bytes.length} bytes, not ${size} (${where})`);
  const found = createHash(algorithm).update(bytes).digest('hex');
  if (found !== hex) throw new OciError(`${path}: what is in it hashes to ${found}`);
  return bytes;
}

export function jsonIn(root: Directory, descriptor: Descriptor): Json {
  const where = `blobs/${descriptor.algorithm}/${descriptor.hex}`;
  if (descriptor.size > LONGEST_JSON) throw new OciError(`${where}: longer than what is read`);
  const text = decodeUtf8(blobIn(root, descriptor));
  if (text === undefined) throw new OciError(`${where}: malformed UTF-8 encoding`);
  return Json.parse(text, where);
}

type Unpack = (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;

/** Zstandard is there since Node 22.15. */
const UNPACK: Readonly<Record<Compression, Unpack | undefined>> = Object.freeze({
  none: (bytes: Uint8Array) => bytes,
  gzip: zlib.gunzipSync,
  zstd: (zlib as unknown as { zstdDecompressSync?: Unpack }).zstdDecompressSync,
});

/** The archive of a layer. Throws OciError. */
export function unpacked(bytes: Uint8Array, compression: Compression, where: string): Uint8Array {
  const unpack = UNPACK[compression];
  if (unpack === undefined) throw new OciError(`${where}: this version of Node cannot unpack Zstandard, 22.15 can`);
  try {
    return unpack(bytes, { maxOutputLength: LONGEST_LAYER });
  } catch (error) {
    throw new OciError(`${where}: it cannot be unpacked: ${(error as Error).message}`);
  }
}

/** Whether what was unpacked is what the configuration says. Throws OciError. */
export function checkUnpacked(archive: Uint8Array, diff: string | undefined, where: string): void {
  if (diff === undefined) return;
  const [algorithm, hex] = diff.split(':');
  if (algorithm !== 'sha256' && algorithm !== 'sha512')
    throw new OciError(`${where}: diff_ids: it is no digest by sha256 or sha512`);
  const found = createHash(algorithm).update(archive).digest('hex');
  if (found !== hex) throw new OciError(`${where}: what is unpacked hashes to ${found}, not to ${hex}`);
}
