// Which arm validates which instruction, for those that body.ts does not name itself: tables, references, exceptions,
// aggregates, casts, descriptors. The rules are in body-<feature>.ts.
import { InternalError } from '../../errors.ts';
import type { Row } from '../../syntax/instructions.ts';
import { HEAP } from '../../syntax/types.ts';
import * as control from './control.ts';
import * as descriptors from './descriptors.ts';
import * as exceptions from './exceptions.ts';
import * as gc from './gc.ts';
import type { BodyState } from '../body-state.ts';
import * as table from './table.ts';

/** Validates an instruction of which real programs have few. Codes are literals with the mnemonic behind. */
export function rareArm(s: BodyState, row: Row): void {
  switch (row.code) {
    case 0x14: // call_ref
      table.callRef(s);
      break;
    case 0x15: // return_call_ref
      table.returnCallRef(s);
      break;
    case 0x25: // table.get
      table.tableGet(s);
      break;
    case 0x26: // table.set
      table.tableSet(s);
      break;
    case 0xd0: // ref.null
      table.refNull(s);
      break;
    case 0xd1: // ref.is_null
      table.refIsNull(s);
      break;
    case 0xd2: // ref.func
      table.refFunc(s);
      break;
    case 0xd4: // ref.as_non_null
      table.refAsNonNull(s);
      break;
    case 0xd5: // br_on_null
      table.brOnNull(s);
      break;
    case 0xd6: // br_on_non_null
      table.brOnNonNull(s);
      break;
    case 0xfc_00a: // memory.copy
      table.memoryCopy(s);
      break;
    case 0xfc_00c: // table.init
      table.tableInit(s);
      break;
    case 0xfc_00e: // table.copy
      table.tableCopy(s);
      break;
    case 0xfc_00f: // table.grow
      table.tableGrow(s);
      break;
    case 0xfc_010: // table.size
      table.tableSize(s);
      break;
    case 0xfc_011: // table.fill
      table.tableFill(s);
      break;
    default:
      exceptionArm(s, row);
  }
}

function exceptionArm(s: BodyState, row: Row): void {
  switch (row.code) {
    case 0x06: // try
      control.enterBlock(s);
      break;
    case 0x07: // catch
    case 0x19: // catch_all
      exceptions.legacyCatch(s);
      break;
    case 0x08: // throw
      exceptions.throwArm(s);
      break;
    case 0x09: // rethrow
      exceptions.rethrow(s);
      break;
    case 0x0a: // throw_ref
      exceptions.throwRef(s);
      break;
    case 0x18: // delegate
      exceptions.delegate(s);
      break;
    case 0x1f: // try_table
      exceptions.tryTable(s);
      break;
    case 0xd3: // ref.eq
      gc.refEq(s);
      break;
    default:
      aggregateArm(s, row);
  }
}

function aggregateArm(s: BodyState, row: Row): void {
  switch (row.code) {
    case 0xfb_000: // struct.new
      gc.structNew(s, false);
      break;
    case 0xfb_001: // struct.new_default
      gc.structNewDefault(s, false);
      break;
    case 0xfb_002: // struct.get
    case 0xfb_003: // struct.get_s
    case 0xfb_004: // struct.get_u
      gc.structGet(s);
      break;
    case 0xfb_005: // struct.set
      gc.structSet(s);
      break;
    case 0xfb_006: // array.new
      gc.arrayNew(s);
      break;
    case 0xfb_007: // array.new_default
      gc.arrayNewDefault(s);
      break;
    case 0xfb_008: // array.new_fixed
      gc.arrayNewFixed(s);
      break;
    case 0xfb_009: // array.new_data
      gc.arrayNewSegment(s, false);
      break;
    case 0xfb_00a: // array.new_elem
      gc.arrayNewSegment(s, true);
      break;
    case 0xfb_00b: // array.get
    case 0xfb_00c: // array.get_s
    case 0xfb_00d: // array.get_u
      gc.arrayGet(s);
      break;
    case 0xfb_00e: // array.set
      gc.arraySet(s);
      break;
    case 0xfb_00f: // array.len
      gc.arrayLen(s);
      break;
    case 0xfb_010: // array.fill
      gc.arrayFill(s);
      break;
    case 0xfb_011: // array.copy
      gc.arrayCopy(s);
      break;
    case 0xfb_012: // array.init_data
      gc.arrayInitSegment(s, false);
      break;
    case 0xfb_013: // array.init_elem
      gc.arrayInitSegment(s, true);
      break;
    default:
      castArm(s, row);
  }
}

function castArm(s: BodyState, row: Row): void {
  switch (row.code) {
    case 0xfb_014: // ref.test
    case 0xfb_015: // ref.test null
      gc.refTest(s);
      break;
    case 0xfb_016: // ref.cast
    case 0xfb_017: // ref.cast null
      gc.refCast(s);
      break;
    case 0xfb_018: // br_on_cast
      gc.brOnCast(s, false);
      break;
    case 0xfb_019: // br_on_cast_fail
      gc.brOnCast(s, true);
      break;
    case 0xfb_01a: // any.convert_extern
      gc.convert(s, HEAP.extern, HEAP.any);
      break;
    case 0xfb_01b: // extern.convert_any
      gc.convert(s, HEAP.any, HEAP.extern);
      break;
    case 0xfb_01c: // ref.i31
      gc.refI31(s);
      break;
    case 0xfb_01d: // i31.get_s
    case 0xfb_01e: // i31.get_u
      gc.i31Get(s);
      break;
    case 0xfb_020: // struct.new_desc
      gc.structNew(s, true);
      break;
    case 0xfb_021: // struct.new_default_desc
      gc.structNewDefault(s, true);
      break;
    case 0xfb_022: // ref.get_desc
      descriptors.refGetDesc(s);
      break;
    case 0xfb_023: // ref.cast_desc_eq
    case 0xfb_024: // ref.cast_desc_eq null
      descriptors.refCastDescEq(s);
      break;
    case 0xfb_025: // br_on_cast_desc_eq
      descriptors.brOnCastDescEq(s, false);
      break;
    case 0xfb_026: // br_on_cast_desc_eq_fail
      descriptors.brOnCastDescEq(s, true);
      break;
    default:
      throw new InternalError(`no validation arm for ${row.name}`, s.ctx.where().place);
  }
}
