import { describe, expect, it } from 'vitest';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataFolder, missingData } from '../../../tests/data.ts';
import { WASI } from '../index.ts';
import { ERRNO, errnoName } from '../host/errno.ts';
import {
  DIRECTORY_RIGHTS,
  FILE_RIGHTS,
  FUNCTIONS,
  type FunctionName,
  parametersOf,
  RIGHT_NAMES,
  RIGHTS,
} from './abi.ts';

const names = Object.keys(FUNCTIONS) as FunctionName[];

/** Core signature as the reference writes it. */
function core(name: FunctionName): string {
  return parametersOf(name)
    .flatMap(({ values }) => values)
    .join(' ');
}

/** Reads the function imports of a module: name and parameter types. Enough of a decoder for the suite's binaries. */
function importsOf(bytes: Uint8Array): { module: string; name: string; params: string }[] {
  let at = 8;
  const leb = (): number => {
    let [result, shift] = [0, 0];
    for (;;) {
      const byte = bytes[at++] as number;
      result |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte < 0x80) return result >>> 0;
    }
  };
  const text = (): string => {
    const length = leb();
    at += length;
    return Buffer.from(bytes.subarray(at - length, at)).toString();
  };
  const types: string[] = [];
  const found: { module: string; name: string; params: string }[] = [];
  while (at < bytes.length) {
    const id = bytes[at++];
    const size = leb();
    const end = at + size;
    if (id === 1) {
      for (let count = leb(); count > 0; count--) {
        at++;
        const list = () => Array.from({ length: leb() }, () => (bytes[at++] === 0x7f ? 'i32' : 'i64')).join(' ');
        types.push(list());
        list();
      }
    } else if (id === 2) {
      for (let count = leb(); count > 0; count--) {
        const [module, name, kind] = [text(), text(), bytes[at++]];
        if (kind !== 0) break;
        found.push({ module, name, params: types[leb()] as string });
      }
    }
    at = end;
  }
  return found;
}

describe('the tables of preview 1', () => {
  it('has 46 functions, and preview 0 has all but sock_accept', () => {
    const { imports } = new WASI();
    expect(names).toHaveLength(46);
    // WasmEdge's sockets come after them.
    expect(Object.keys(imports['wasi_snapshot_preview1'] ?? {}).slice(0, 46)).toEqual(names);
    expect(Object.keys(imports['wasi_unstable'] ?? {})).toEqual(names.filter((name) => name !== 'sock_accept'));
  });

  it('numbers errors from 0 to 76 and rights from bit 0 to 29', () => {
    expect(Object.values(ERRNO)).toEqual(Array.from({ length: 77 }, (_, i) => i));
    expect([ERRNO.BADF, ERRNO.INVAL, ERRNO.NOENT, ERRNO.NOTCAPABLE, errnoName(58)]).toEqual([8, 28, 44, 76, 'NOTSUP']);
    expect(RIGHT_NAMES).toHaveLength(30);
    expect([RIGHTS.fd_read, RIGHTS.path_open, RIGHTS.sock_accept]).toEqual([2n, 1n << 13n, 1n << 29n]);
    expect(DIRECTORY_RIGHTS & (RIGHTS.fd_read | RIGHTS.fd_write | RIGHTS.fd_seek | RIGHTS.fd_tell)).toBe(0n);
    expect(FILE_RIGHTS & RIGHTS.path_open).toBe(0n);
  });

  it('spells the core types of the widest functions as the interface files do', () => {
    expect(core('path_open')).toBe('i32 i32 i32 i32 i32 i64 i64 i32 i32');
    expect(core('fd_readdir')).toBe('i32 i32 i32 i64 i32');
    expect(core('path_filestat_set_times')).toBe('i32 i32 i32 i32 i64 i64 i32');
    expect(core('sock_recv')).toBe('i32 i32 i32 i32 i32 i32');
    expect(core('sched_yield')).toBe('');
  });

  const data = dataFolder('wasi-testsuite');
  it.skipIf(data === undefined)(
    `declares what the official test suite's programs import (${missingData('wasi-testsuite')})`,
    () => {
      let checked = 0;
      for (const language of ['assemblyscript', 'c', 'rust']) {
        const folder = join(data ?? '', 'tests', language, 'testsuite/wasm32-wasip1');
        for (const file of existsSync(folder) ? readdirSync(folder).filter((one) => one.endsWith('.wasm')) : []) {
          for (const { module, name, params } of importsOf(readFileSync(join(folder, file)))) {
            expect(module).toBe('wasi_snapshot_preview1');
            expect(`${name} ${params}`).toBe(`${name} ${core(name as FunctionName)}`);
            checked++;
          }
        }
      }
      expect(checked).toBeGreaterThan(400);
    },
  );
});
