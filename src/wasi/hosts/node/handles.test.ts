import { execFileSync } from 'node:child_process';
import { execPath, platform } from 'node:process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { programFile } from '../../../../tests/programs.ts';

const url = (path: string): string => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));

/** Two guests open all that they can, of which the second gets what the first has left; then all is closed and opened anew. */
const PROGRAM = `
  import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
  import { tmpdir } from 'node:os';
  import { join } from 'node:path';
  import { nodeDirectory } from ${url('../node.ts')};
  import { WASI } from ${url('../../index.ts')};
  const folder = mkdtempSync(join(tmpdir(), 'wasmi-ts-handles-'));
  const readable = () => { try { return readFileSync(${url('handles.ts')}).length > 0; } catch (error) { return error.code; } };
  const guest = () => {
    const bytes = new Uint8Array(65536);
    const view = new DataView(bytes.buffer);
    const wasi = new WASI({ mode: 'sync', preopens: { '/': nodeDirectory(folder) } });
    wasi.bind({ memory: { bytes } });
    const { path_open, fd_write, fd_pwrite, fd_close } = wasi.wasiImport;
    let n = 0;
    /** Directories by turns with files that are appended to and written at positions: each of these is open twice. */
    const open = () => {
      bytes[1000] = n % 2 === 0 ? 46 : 102;
      const rights = n % 2 === 0 ? 0n : 2n | 64n | 4n;
      const errno = path_open(3, 0, 1000, 1, n % 2 === 0 ? 2 : 1, rights, 0n, n % 2 === 0 ? 0 : 1, 500);
      if (errno !== 0) return errno;
      const fd = view.getUint32(500, true);
      view.setUint32(604, 1, true);
      if (n % 2 === 1) for (const put of [() => fd_write(fd, 600, 1, 700), () => fd_pwrite(fd, 600, 1, 0n, 700)]) put();
      n++;
      return 0;
    };
    return { open, close: (fd) => fd_close(fd), wasi, all: () => { let errno; do errno = open(); while (errno === 0); return [errno, n]; } };
  };
  const [one, other] = [guest(), guest()];
  const told = [one.all(), readable(), other.all()[0], readable()];
  one.wasi.close();
  told.push(other.open(), readable());
  other.wasi.close();
  const again = guest();
  told.push(again.all()[1] >= told[0][1]);
  again.wasi.close();
  rmSync(folder, { recursive: true });
  console.log(JSON.stringify(told));`;

describe.runIf(platform === 'linux')('descriptors that guests have open', () => {
  it('leave some for the host, however many guests there are and whatever they do with them', () => {
    const node = [execPath, programFile(PROGRAM)];
    const told = execFileSync('sh', ['-c', 'ulimit -n 200; exec "$@"', 'sh', ...node], { encoding: 'utf8' });
    const [first, ...rest] = JSON.parse(told) as [[errno: number, count: number], ...unknown[]];
    expect(first[0]).toBe(33);
    expect(first[1]).toBeGreaterThan(80);
    expect(rest).toEqual([true, 33, true, 0, true, true]);
  });
});
