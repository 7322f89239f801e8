// Bundles and image layouts that tests make: folders, blobs by their hash, archives.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Files by path; a text that begins with `-> ` is a link, one that ends in `/` a folder. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

export function write(folder: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(name.endsWith('/') ? path : dirname(path), { recursive: true });
    if (name.endsWith('/')) continue;
    if (typeof content === 'string' && content.startsWith('-> ')) symlinkSync(content.slice(3), path);
    else writeFileSync(path, content);
  }
}

const made: string[] = [];

/** A new folder with files. */
export function folderWith(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'wasmi-ts-oci-'));
  made.push(folder);
  write(folder, files);
  return folder;
}

export function removeFolders(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export interface TarEntry {
  readonly path: string;
  readonly content?: string | Uint8Array;
  /** `0` a file, `1` another name, `2` a link, `5` a folder. */
  readonly type?: string;
  readonly link?: string;
}

/** An archive as tar writes it. */
export function tar(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.map(({ path, content = '', type = '0', link = '' }) => {
    const bytes = Buffer.from(content as string);
    const header = Buffer.alloc(512);
    header.write(path, 0, 100);
    header.write('0000644\0', 100);
    header.write('0000000\0', 108);
    header.write('0000000\0', 116);
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write('        ', 148);
    header.write(type, 156);
    header.write(link, 157, 100);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((all, byte) => all + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

export interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: unknown;
}

/** An image layout under construction. */
export class Layout {
  readonly files: Record<string, string | Uint8Array> = { 'oci-layout': '{"imageLayoutVersion":"1.0.0"}' };

  /** Adds what is there by its hash; text, bytes, or what becomes JSON. */
  add(mediaType: string, content: unknown, more: Partial<Blob> = {}): Blob {
    const isRaw = typeof content === 'string' || content instanceof Uint8Array;
    const bytes = Buffer.from(isRaw ? (content as string) : JSON.stringify(content));
    const hex = createHash('sha256').update(bytes).digest('hex');
    this.files[`blobs/sha256/${hex}`] = bytes;
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length, ...more };
  }

  manifest(config: Blob, layers: readonly Blob[], more: Partial<Blob> = {}): Blob {
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    return this.add(mediaType, { schemaVersion: 2, mediaType, config, layers }, more);
  }

  index(...manifests: readonly Blob[]): this {
    this.files['index.json'] = JSON.stringify({ schemaVersion: 2, manifests });
    return this;
  }
}

export const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
