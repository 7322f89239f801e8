// WebAssembly.Table. https://webassembly.github.io/spec/js-api/#tables
import { isError } from '../errors.ts';
import { INSIDE, Table } from '../runtime/table.ts';
import type { ValType } from '../syntax/types.ts';
import { NO_TYPES, type TypeSpace } from '../validator/type-space.ts';
import * as say from './messages.ts';
import { Identity } from './identity.ts';
import { enteredRealm } from './realm.ts';
import {
  type AddressTypeName,
  type AddressValue,
  fromAddress,
  toAddress,
  toAddressType,
  toElementType,
  toLimits,
} from './types.ts';
import { canCross, defaultValue, refInside, refToJs, toWasm } from './crossing.ts';
import { toDictionary } from './webidl.ts';

export interface TableDescriptor {
  readonly element: 'externref' | 'anyfunc';
  readonly initial: AddressValue;
  readonly maximum?: AddressValue;
  readonly address?: AddressTypeName;
}

export const TABLES = new Identity<Table, TableObject>('Table');

/** The reference that an optional argument means: as in browsers, undefined is one that is missing. @throws TypeError. */
function toInitial(value: unknown, t: ValType, space: TypeSpace): unknown {
  return value === undefined ? defaultValue(t) : refInside(t, toWasm(value, t, space));
}

/** An index that is in the table. @throws TypeError, RangeError. */
function inTable(table: Table, index: bigint, who: string): number {
  if (index >= BigInt(table.size)) throw new RangeError(say.outOfTable(who, String(index), table.size));
  return Number(index);
}

function checkCrossing(table: Table): void {
  if (!canCross(table.type.elem)) throw new TypeError(say.uncrossable());
}

export const { Table: TableObject } = {
  Table: class {
    constructor(descriptor: TableDescriptor, ...[value]: [value?: unknown]) {
      const realm = enteredRealm(new.target);
      const who = 'WebAssembly.Table()';
      const given = toDictionary(descriptor, `${who}: Argument 0`);
      // Members are read in the order that browsers read them, each converted before the next.
      const { element } = given;
      if (element === undefined) throw new TypeError(say.missing(`${who}: Property 'element'`));
      const elem = toElementType(element, `${who}: Property 'element'`);
      const addr = toAddressType(given['address'], `${who}: Property 'address'`);
      const limits = toLimits(given, addr, who);
      const init = toInitial(value, elem, NO_TYPES);
      try {
        const type = { addr, limits, shared: false, elem };
        return TABLES.make(new.target, new Table(type, init, INSIDE, NO_TYPES, realm?.limits).complete());
      } catch (error) {
        throw isError(error, 'exhaustion') ? new RangeError(`${who}: ${error.message}`) : error;
      }
    }

    get length(): AddressValue {
      const table = TABLES.receiver(this);
      return fromAddress(table.size, table.type.addr);
    }

    grow(delta: AddressValue, ...[value]: [value?: unknown]): AddressValue {
      const table = TABLES.receiver(this);
      const { addr, elem } = table.type;
      const count = toAddress(delta, addr, 'WebAssembly.Table.grow(): Argument 0');
      const init = toInitial(value, elem, table.space);
      const before = table.extend(Number(count), init);
      if (before < 0) throw new RangeError(say.cannotGrow('WebAssembly.Table.grow()'));
      return fromAddress(before, addr);
    }

    get(index: AddressValue): unknown {
      const table = TABLES.receiver(this);
      checkCrossing(table);
      const who = 'WebAssembly.Table.get()';
      const at = inTable(table, toAddress(index, table.type.addr, `${who}: Argument 0`), who);
      return refToJs(table.type.elem, table.elements.read(at));
    }

    set(index: AddressValue, ...value: [value?: unknown]): void {
      const table = TABLES.receiver(this);
      checkCrossing(table);
      const who = 'WebAssembly.Table.set()';
      const at = toAddress(index, table.type.addr, `${who}: Argument 0`);
      // Here an undefined that is given is a value: of funcref tables, a wrong one.
      const { elem } = table.type;
      const element = value.length > 0 ? refInside(elem, toWasm(value[0], elem, table.space)) : defaultValue(elem);
      table.elements.write(inTable(table, at, who), element);
    }
  },
};

export type TableObject = InstanceType<typeof TableObject>;

TABLES.expose(TableObject);
