// The devices that a WASIX program finds in `/dev`: null, zero, full, random, urandom. Terminals and the standard streams
// are not among them.
import { refused } from '../host/errno.ts';
import type { File, Stat } from '../host/filesystem.ts';
import type { Random } from '../host/random.ts';
import type { MountedFile } from '../hosts/mounted.ts';

/** Bytes that one read returns at most, so that a long one ends where the guest's time does. */
const PIECE = 2 ** 16;

/** What reading fills bytes with, undefined at the end of the file; and whether there is room for what is written. */
type Device = readonly [name: string, fill: ((bytes: Uint8Array) => void) | undefined, hasRoom: boolean];

function zeros(bytes: Uint8Array): void {
  bytes.fill(0);
}

/** Devices by name. */
export function devices(random: Pick<Random, 'fill'>): [name: string, file: MountedFile][] {
  const chance = (bytes: Uint8Array): void => random.fill(bytes);
  const table: Device[] = [
    ['null', undefined, true],
    ['zero', zeros, true],
    ['full', zeros, false],
    ['random', chance, true],
    ['urandom', chance, true],
  ];
  return table.map((device, i) => {
    const stat = statOf(BigInt(i + 1));
    return [device[0], { stat: () => stat, open: () => opened(device, stat) }];
  });
}

function statOf(inode: bigint): Stat {
  const times = { accessed: 0n, modified: 0n, changed: 0n };
  return { device: 0n, inode, type: 'character-device', links: 1n, size: 0n, ...times };
}

/** It can be seeked, as in POSIX: what cannot is taken for a terminal by C libraries. */
function opened([, fill, hasRoom]: Device, stat: Stat): File {
  return {
    type: stat.type,
    seekable: true,
    stat: () => stat,
    read(into) {
      if (fill === undefined) return 0;
      const part = into.subarray(0, PIECE);
      fill(part);
      return part.length;
    },
    write(bytes) {
      if (!hasRoom && bytes.length > 0) throw refused('NOSPC');
      return bytes.length;
    },
    setSize() {
      throw refused('INVAL');
    },
    setTimes() {
      throw refused('ROFS');
    },
    sync() {},
    close() {},
  };
}
