// Checks and look-ups that many functions of preview 1 begin with.
// Order everywhere: values of flags, then descriptors and rights, then pointers, then the work.
import { refused } from '../host/errno.ts';
import type { Call } from '../kernel/dispatcher.ts';
import type { Descriptor } from '../kernel/file-table.ts';
import { type Ability, able, type Can } from '../kernel/open/open.ts';
import { RIGHTS, type RightName } from './abi.ts';

/** A descriptor whose resource is known to be able to do something. */
export type DescriptorOf<A extends Ability> = Descriptor & { readonly resource: Can<A> };

/** INVAL when a bit outside `known` is set. */
export function checkFlags(flags: number, known: number): void {
  if ((flags & ~known) !== 0) throw refused('INVAL');
}

/**
 * NOTCAPABLE when a right is missing; BADF where it is the right to read or write, as POSIX programs expect of a
 * descriptor that was not opened for that.
 */
export function checkRights({ rights }: Descriptor, ...names: readonly RightName[]): void {
  checkAll(rights, names);
}

function checkAll(rights: bigint, names: readonly RightName[]): void {
  for (const name of names) {
    if ((rights & RIGHTS[name]) !== 0n) continue;
    throw refused(name === 'fd_read' || name === 'fd_write' ? 'BADF' : 'NOTCAPABLE');
  }
}

/**
 * The descriptor with a number, whose resource can do something, with all of the rights. First the errno of the kind that
 * cannot, then those of missing rights.
 */
export function descriptorFor<A extends Ability>(
  call: Call,
  fd: number,
  ability: A,
  ...names: readonly RightName[]
): DescriptorOf<A> {
  const descriptor = call.process.files.get(fd);
  able(descriptor.resource, ability);
  checkAll(descriptor.rights, names);
  return descriptor as DescriptorOf<A>;
}
