// Checks and look-ups that many functions of preview 1 begin with.
// Order everywhere: values of flags, then descriptors and rights, then pointers, then the work.
import { refused } from '../host/errno.ts';
import type { Call } from '../kernel/dispatcher.ts';
import type { Descriptor, OpenDirectory, OpenFile, Resource } from '../kernel/file-table.ts';
import { RIGHTS, type RightName } from './abi.ts';

/** A descriptor whose resource is known to be of one kind. */
export type DescriptorOf<R extends Resource> = Descriptor & { readonly resource: R };

/** INVAL when a bit outside `known` is set. */
export function checkFlags(flags: number, known: number): void {
  if ((flags & ~known) !== 0) throw refused('INVAL');
}

/**
 * NOTCAPABLE when a right is missing; BADF where it is the right to read or write, as POSIX programs expect of a
 * descriptor that was not opened for that.
 */
export function checkRights(descriptor: Descriptor, ...names: readonly RightName[]): void {
  for (const name of names) {
    if ((descriptor.rights & RIGHTS[name]) !== 0n) continue;
    throw refused(name === 'fd_read' || name === 'fd_write' ? 'BADF' : 'NOTCAPABLE');
  }
}

/** The open directory with a number, with all of the rights; NOTDIR when it is something else. */
export function directoryOf(call: Call, fd: number, ...names: readonly RightName[]): DescriptorOf<OpenDirectory> {
  const descriptor = call.process.files.get(fd);
  if (descriptor.resource.kind !== 'directory') throw refused('NOTDIR');
  checkRights(descriptor, ...names);
  return descriptor as DescriptorOf<OpenDirectory>;
}

/** The open file with a number, with all of the rights; ISDIR for a directory, SPIPE for a stream. */
export function fileOf(call: Call, fd: number, ...names: readonly RightName[]): DescriptorOf<OpenFile> {
  const descriptor = call.process.files.get(fd);
  const { resource } = descriptor;
  if (resource.kind === 'directory') throw refused('ISDIR');
  if (resource.kind !== 'file') throw refused('SPIPE');
  checkRights(descriptor, ...names);
  return descriptor as DescriptorOf<OpenFile>;
}
