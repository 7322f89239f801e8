// The descriptors that a program has from its beginning: of its streams, its directories and its listeners.
import { isBytes } from '../options.ts';
import type { Limits } from '../runtime/limits.ts';
import type { Directory } from './host/filesystem.ts';
import type { Listener } from './host/network.ts';
import type { InputStream } from './host/stdio.ts';
import { discardOutput, fixedInput, outputTo, SourceInput } from './hosts/memory/streams.ts';
import type { Descriptor } from './kernel/file-table.ts';
import { HeldDirectory, HeldInput, HeldOutput } from './kernel/held.ts';
import { HeldListener } from './kernel/held-network.ts';
import { OpenDirectory } from './kernel/open/directory.ts';
import { OpenStream } from './kernel/open/stream.ts';
import { StreamSocket } from './kernel/open/stream-socket.ts';
import { refuseNul } from './messages.ts';
import type { WasiOptions } from './options.ts';
import {
  CONNECTION_RIGHTS,
  DIRECTORY_RIGHTS,
  FILE_RIGHTS,
  LISTENER_RIGHTS,
  rights,
  STREAM_RIGHTS,
} from './preview1/abi.ts';

/** Input, output and output for errors. */
export function* streamDescriptors({ stdin, stdout, stderr }: WasiOptions): Iterable<Descriptor> {
  yield {
    resource: new OpenStream({ input: new HeldInput(inputOf(stdin)) }),
    rights: STREAM_RIGHTS | rights('fd_read'),
    inheriting: 0n,
    flags: 0,
  };
  for (const given of [stdout, stderr]) {
    const output = given === undefined ? discardOutput() : typeof given === 'function' ? outputTo(given) : given;
    yield {
      resource: new OpenStream({ output: new HeldOutput(output) }),
      rights: STREAM_RIGHTS | rights('fd_write'),
      inheriting: 0n,
      flags: 0,
    };
  }
}

function inputOf(stdin: WasiOptions['stdin']): InputStream {
  if (stdin === undefined || typeof stdin === 'string' || isBytes(stdin)) return fixedInput(stdin ?? '');
  return 'subscribe' in stdin ? stdin : new SourceInput(stdin);
}

/** A directory that is open from the beginning. @throws TypeError for a path with a NUL in it. */
export function directoryDescriptor(path: string, directory: Directory): Descriptor {
  if (path.includes('\0')) throw new TypeError(refuseNul('guest path', path));
  return {
    resource: new OpenDirectory(new HeldDirectory(directory), path),
    rights: DIRECTORY_RIGHTS,
    inheriting: DIRECTORY_RIGHTS | FILE_RIGHTS,
    flags: 0,
  };
}

export function listenerDescriptor(listener: Listener, limits: Limits): Descriptor {
  return {
    resource: StreamSocket.of({ listener: new HeldListener(listener) }, limits),
    rights: LISTENER_RIGHTS,
    inheriting: CONNECTION_RIGHTS,
    flags: 0,
  };
}
