// Which function an import is linked to: told by the name and the number of parameters, in any order of the versions.
import { describe, expect, it } from 'vitest';
import { compile, instantiate, LinkError } from '../../index.ts';
import ours from '../../jsapi/index.ts';
import { assemble } from '../../text/index.ts';
import { LoopbackNetwork, WASI } from '../index.ts';
import { NodeWASI } from '../hosts/node.ts';
import { typeOf } from '../kernel/table.ts';
import { FUNCTIONS } from '../preview1/abi.ts';
import { V1, V2, V2_CHANGED } from './abi.ts';

const MODULE = 'wasi_snapshot_preview1';

/** All forms of each name: the numbers of parameters. */
const FORMS = new Map<string, number[]>();
for (const table of [FUNCTIONS, V1, V2_CHANGED, V2] as Readonly<Record<string, string>>[]) {
  for (const [name, row] of Object.entries(table)) {
    const { params } = typeOf(row);
    FORMS.set(name, [...(FORMS.get(name) ?? []), params.length]);
  }
}

const SOCKETS = [...FORMS].filter(([name]) => name.startsWith('sock_') || name === 'epoll_oneoff');

/** A module with one import of so many i32. */
function importing(name: string, count: number): Uint8Array<ArrayBuffer> {
  const params = '(param i32)'.repeat(count);
  return assemble(`(module (import "${MODULE}" "${name}" (func ${params} (result i32))))`) as Uint8Array<ArrayBuffer>;
}

describe('functions of sockets', () => {
  it('have the forms that programs of WasmEdge import, beside those of preview 1', () => {
    expect(Object.fromEntries(SOCKETS)).toEqual({
      sock_accept: [3, 2],
      sock_recv: [6],
      sock_send: [5],
      sock_shutdown: [2],
      sock_open: [3],
      sock_bind: [3],
      sock_listen: [2],
      sock_connect: [3],
      sock_recv_from: [7, 8],
      sock_send_to: [7],
      sock_getsockopt: [5],
      sock_setsockopt: [5],
      sock_getlocaladdr: [4, 3],
      sock_getpeeraddr: [4, 3],
      sock_getaddrinfo: [8],
      epoll_oneoff: [4],
      sock_lookup_ip: [6],
      sock_bind_device: [3],
      sock_open_v2: [3],
      sock_bind_v2: [3],
      sock_listen_v2: [2],
      sock_accept_v2: [3],
      sock_connect_v2: [3],
      sock_recv_v2: [6],
      sock_recv_from_v2: [8],
      sock_send_v2: [5],
      sock_send_to_v2: [7],
      sock_getlocaladdr_v2: [3],
      sock_getpeeraddr_v2: [3],
    });
  });

  it('link with each form, and with no other: the error names the forms there are', () => {
    const { imports } = new WASI({ network: new LoopbackNetwork() });
    for (const [name, forms] of SOCKETS) {
      for (let count = 0; count <= 9; count++) {
        const bytes = importing(name, count);
        const link = () => instantiate(compile(bytes), imports);
        const linkByName = () => new ours.Instance(new ours.Module(bytes), imports);
        if (forms.includes(count)) {
          expect(link, `${name} ${count}`).not.toThrow();
          expect(linkByName, `${name} ${count}`).not.toThrow();
          continue;
        }
        expect(link, `${name} ${count}`).toThrow(LinkError);
        expect(linkByName, `${name} ${count}`).toThrow(ours.LinkError);
        const types = forms.map((one) => `[${new Array(one).fill('i32').join(' ')}] -> [i32]`);
        expect(link).toThrow(
          `incompatible import type: "${MODULE}" "${name}" is a function ${types.join(' or ')}, imported as`,
        );
      }
    }
  });

  it('of WAMR, which has the same module name, are refused by its name', () => {
    const { imports } = new WASI();
    for (const [name, count] of [
      ['sock_open', 4],
      ['sock_bind', 2],
      ['sock_connect', 2],
      ['sock_recv_from', 6],
      ['sock_send_to', 6],
    ] as const) {
      const link = () => instantiate(compile(importing(name, count)), imports);
      expect(link).toThrow(/\] -> \[i32\], which is that of WAMR \(wasm-micro-runtime\): its sockets are not built/);
    }
    expect(() => instantiate(compile(importing('sock_open', 5)), imports)).not.toThrow(/WAMR/);
  });

  it('are no part of preview 0, nor of the class in the shape of node:wasi', () => {
    const { imports } = new WASI();
    expect(Object.keys(imports['wasi_unstable'] ?? {}).filter((name) => name.startsWith('sock_'))).toEqual([
      'sock_recv',
      'sock_send',
      'sock_shutdown',
    ]);
    expect(new NodeWASI({ version: 'preview1' }).wasiImport['sock_open']).toBeUndefined();
  });

  it('leave the functions of preview 1 as they are for engines that link without types', () => {
    const { imports } = new WASI();
    const { sock_accept: accept } = imports[MODULE] as Record<string, (...args: number[]) => unknown>;
    expect([accept?.length, accept?.(9, 0, 0), accept?.(9, 0), accept?.(9)]).toEqual([3, 8, 8, 28]);
  });
});
