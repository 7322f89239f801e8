// A snippet or more for each instruction: texts that leave the operand stack as they find it, so that a body can be made
// of them. Plain ones come of the instruction table; those whose types depend on more stand here.
import { INSTRUCTIONS, ADDR, type Row } from '../../src/syntax/instructions.ts';
import { F32, F64, I32, I64, V128, type ValType } from '../../src/syntax/types.ts';
import { many } from './part.ts';

/** What the module has besides the function of snippets. */
export const HEAD = `
  (type $F (func)) (type $two (func (param v128 v128) (result v128 v128)))
  (type $S (struct (field (mut i32)) (field (mut v128)) (field (mut anyref)) (field (mut i8))))
  (type $W (struct ${many(1000, '(field (mut v128))')}))
  (type $B (array (mut i8))) (type $I (array (mut i32))) (type $V (array (mut v128))) (type $R (array (mut anyref)))
  (rec (type $D (descriptor $E) (struct (field i32))) (type $E (describes $D) (struct)))
  (import "h" "f" (func $host)) (import "h" "g" (global $far (mut i32))) (import "h" "v" (global $farv (mut v128)))
  (memory $m 2 3) (memory $n 2 3) (memory $l i64 2 3) (memory $shared 1 2 shared)
  (table $t 300 600 funcref) (table $u 300 600 anyref) (table $w i64 300 600 funcref)
  (global $gi (mut i32) (i32.const 1)) (global $gl (mut i64) (i64.const 1)) (global $gr (mut anyref) (ref.null any))
  (global $gv (mut v128) (v128.const i64x2 1 1))
  (global $aB (ref $B) (array.new_default $B (i32.const 2000))) (global $aI (ref $I) (array.new_default $I (i32.const 500)))
  (global $aV (ref $V) (array.new_default $V (i32.const 500))) (global $aR (ref $R) (array.new_default $R (i32.const 500)))
  (tag $e (param i32)) (tag $wide (param ${many(100, 'v128 ')}))
  (elem $funcs func ${many(200, '$none ')}) (elem $refs anyref ${many(200, '(ref.null any) ')}) (data $d "${many(3000, 'x')}")
  (func $none) (func $swap (type $two) (local.get 1) (local.get 0))
  (func $cleared (local ${many(200, 'v128 anyref ')}))`;

/** Locals by what they hold; \z is 0, `zl` the same as an i64, `k` a number of bytes or elements below a unit. */
export const LOCALS = `(local $z i32) (local $zl i64) (local $k i32) (local $i i32) (local $l i64) (local $f f32) (local $d f64) (local $v v128)
  (local $func funcref) (local $F (ref null $F)) (local $any anyref) (local $eq eqref) (local $ext externref) (local $exn exnref)
  (local $31 i31ref) (local $S (ref null $S)) (local $B (ref null $B)) (local $I (ref null $I)) (local $V (ref null $V))
  (local $R (ref null $R)) (local $E (ref null (exact $E))) (local $D (ref null $D)) (local $W (ref null $W))
  (local.set $i (i32.const 3)) (local.set $l (i64.const 123456789012345)) (local.set $f (f32.const 1.5)) (local.set $d (f64.const 1.5))
  (local.set $k (i32.const 63)) (local.set $S (struct.new_default $S)) (local.set $B (global.get $aB)) (local.set $I (global.get $aI))
  (local.set $V (global.get $aV)) (local.set $R (global.get $aR)) (local.set $any (local.get $S)) (local.set $eq (local.get $S))
  (local.set $31 (ref.i31 (i32.const 1))) (local.set $func (ref.func $none)) (local.set $F (ref.func $none))
  (local.set $E (struct.new_default $E)) (local.set $D (struct.new_default_desc $D (local.get $E)))`;

/** Reads locals, in order. */
const get = (names: string): string =>
  names
    .split(' ')
    .map((name) => `local.get $${name}`)
    .join(' ');

const LENGTHS = [0, 1, 63, 64, 65, 200];
const BYTES = [0, 1, 1023, 1024, 1025, 2000];

/** Something for each length. */
const each = (lengths: readonly number[], text: (length: string) => string): string[] =>
  lengths.map((length) => text(`i32.const ${length}`));

const caught = (clause: string, body: string): string => `block try_table (${clause} 0) ${body} end end`;

const SNIPPETS = new Map<string, readonly string[]>(
  Object.entries({
    unreachable: ['local.get $z if unreachable end'],
    block: [
      'block end',
      'block (result i32) local.get $i end local.set $i',
      `${many(50, 'block ')} ${many(50, 'end ')}`,
    ],
    loop: ['loop end', 'loop (result i32) local.get $i end local.set $i'],
    if: [
      'local.get $z if end',
      'local.get $i if end',
      'local.get $z if (result i32) local.get $z else local.get $i end local.set $i',
    ],
    else: ['local.get $i if nop else nop end'],
    end: ['block end'],
    br: ['block br 0 end', `block local.get $i ${many(100, 'local.get $v ')} br 0 end`],
    br_if: [
      'block local.get $z br_if 0 end',
      'block local.get $i br_if 0 end',
      `block (result ${many(100, 'v128 ')}) local.get $i ${many(100, 'local.get $v ')} local.get $i br_if 0 br 0 end ${many(100, 'drop ')}`,
    ],
    br_table: [
      'block local.get $z br_table 0 0 end',
      'block block local.get $i br_table 0 1 end end',
      `block local.get $z br_table ${many(1000, '0 ')} end`,
    ],
    return: ['local.get $z if return end'],
    call: ['call $none', 'call $host', 'call $cleared', `${get('v v')} call $swap drop drop`],
    call_indirect: ['local.get $z if local.get $z call_indirect $t (type $F) end'],
    call_ref: ['local.get $F call_ref $F'],
    return_call: ['local.get $z if return_call $none end'],
    return_call_indirect: ['local.get $z if local.get $z return_call_indirect $t (type $F) end'],
    return_call_ref: ['local.get $z if local.get $F return_call_ref $F end'],
    try: ['try end', 'try catch $e drop catch_all end', 'try local.get $z throw $e catch $e drop end'],
    catch: ['try nop catch $e drop end'],
    catch_all: ['try local.get $z throw $e catch_all end'],
    delegate: ['try delegate 0', 'try try local.get $z throw $e delegate 0 catch_all end'],
    rethrow: [
      'local.get $z if try catch_all rethrow 0 end end',
      'try try local.get $z throw $e catch_all rethrow 0 end catch_all end',
    ],
    throw: [
      caught('catch_all', 'local.get $z throw $e'),
      caught('catch_all', `${many(100, 'local.get $v ')} throw $wide`),
    ],
    throw_ref: [
      'block (result exnref) try_table (catch_all_ref 0) local.get $z throw $e end unreachable end local.set $exn',
      caught('catch_all', 'local.get $exn throw_ref'),
    ],
    try_table: [
      'block try_table (catch_all 0) end end',
      `block try_table ${many(100, '(catch_all 0)')} end end`,
      `block ${many(30, 'try_table (catch_all 0) ')} local.get $z throw $e ${many(30, 'end ')} end`,
    ],
    drop: ['local.get $i drop', 'local.get $z i32.load drop', `${many(200, 'local.get $i ')} ${many(200, 'drop ')}`],
    select: [
      `${get('i z i')} select local.set $i`,
      `${get('v v i')} select local.set $v`,
      `${get('any any z')} select (result anyref) local.set $any`,
    ],
    'local.get': ['local.get $i drop', 'local.get $v local.set $v', 'local.get $any local.set $any'],
    'local.set': ['i32.const 5 local.set $i', `${get('i l')} local.set $l local.set $i`],
    'local.tee': ['local.get $i local.tee $i drop', 'local.get $v local.tee $v drop'],
    'global.get': [
      'global.get $gi drop',
      'global.get $gl local.set $l',
      'global.get $gv local.set $v',
      'global.get $gr local.set $any',
      'global.get $far local.set $i',
      'global.get $farv local.set $v',
    ],
    'global.set': [
      'local.get $i global.set $gi',
      'local.get $v global.set $gv',
      'local.get $any global.set $gr',
      'local.get $i global.set $far',
      'local.get $v global.set $farv',
    ],
    'table.get': ['local.get $z table.get $t local.set $func', 'local.get $zl table.get $w local.set $func'],
    'table.set': ['local.get $z local.get $func table.set $t', 'local.get $z local.get $any table.set $u'],
    'table.size': ['table.size $t local.set $i', 'table.size $w local.set $l'],
    'table.grow': [
      `${get('func z')} table.grow $t drop`,
      'local.get $func i32.const 500 table.grow $t drop',
      `${get('any k')} table.grow $u drop`,
    ],
    'table.fill': each(LENGTHS, (n) => `local.get $z local.get $func ${n} table.fill $t`),
    'table.copy': [
      ...each(LENGTHS, (n) => `${get('z i')} ${n} table.copy $t $t`),
      ...each(LENGTHS, (n) => `${get('i z')} ${n} table.copy $t $t`),
    ],
    'table.init': each(LENGTHS, (n) => `${get('z z')} ${n} table.init $u $refs`),
    'elem.drop': ['elem.drop $funcs'],
    'memory.size': ['memory.size $m drop', 'memory.size $n local.set $i'],
    'memory.grow': [
      'local.get $z memory.grow $m drop',
      'i32.const 1000 memory.grow $m drop',
      'local.get $z memory.grow $shared drop',
      'i32.const 1 memory.grow $m drop',
    ],
    'memory.fill': [
      ...each(BYTES, (n) => `${get('z i')} ${n} memory.fill $m`),
      `${get('zl i')} i64.const 1023 memory.fill $l`,
    ],
    'memory.copy': [
      ...each(BYTES, (n) => `${get('z i')} ${n} memory.copy $m $m`),
      ...each(BYTES, (n) => `${get('i z')} ${n} memory.copy $m $n`),
    ],
    'memory.init': each(BYTES, (n) => `${get('z z')} ${n} memory.init $m $d`),
    'data.drop': ['data.drop $d'],
    'i32.const': ['i32.const 123456 local.set $i', 'i32.const 123456 drop'],
    'i64.const': ['i64.const 0x123456789abcdef local.set $l'],
    'f32.const': ['f32.const 1.5 local.set $f'],
    'f64.const': ['f64.const 1.25 local.set $d'],
    'v128.const': ['v128.const i64x2 1 2 local.set $v'],
    'ref.null': ['ref.null any local.set $any'],
    'ref.is_null': ['local.get $any ref.is_null drop'],
    'ref.func': ['ref.func $none local.set $func'],
    'ref.eq': [`${get('eq eq')} ref.eq local.set $i`],
    'ref.as_non_null': ['local.get $any ref.as_non_null local.set $any'],
    br_on_null: ['block local.get $any br_on_null 0 drop end', 'block ref.null any br_on_null 0 drop end'],
    br_on_non_null: ['block (result (ref any)) local.get $any br_on_non_null 0 unreachable end drop'],
    'struct.new': [
      `${get('i v any i')} struct.new $S local.set $S`,
      `${many(1000, 'local.get $v ')} struct.new $W local.set $W`,
    ],
    'struct.new_default': ['struct.new_default $S local.set $S', 'struct.new_default $W local.set $W'],
    'struct.get': [
      'local.get $S struct.get $S 0 drop',
      'local.get $S struct.get $S 1 local.set $v',
      'local.get $S struct.get $S 2 local.set $any',
    ],
    'struct.get_s': ['local.get $S struct.get_s $S 3 drop'],
    'struct.get_u': ['local.get $S struct.get_u $S 3 drop'],
    'struct.set': [`${get('S i')} struct.set $S 0`, `${get('S v')} struct.set $S 1`, `${get('S any')} struct.set $S 2`],
    'array.new': ['I i', 'V v', 'R any'].flatMap((one) =>
      each(LENGTHS, (n) => `local.get $${one.split(' ')[1]} ${n} array.new $${one[0]} local.set $${one[0]}`),
    ),
    'array.new_default': ['B', 'V', 'R'].flatMap((t) =>
      each(LENGTHS, (n) => `${n} array.new_default $${t} local.set $${t}`),
    ),
    'array.new_fixed': [
      'array.new_fixed $I 0 local.set $I',
      `${many(100, 'local.get $v ')} array.new_fixed $V 100 drop`,
      `${many(1000, 'local.get $any ')} array.new_fixed $R 1000 drop`,
    ],
    'array.new_data': ['B', 'I', 'V'].flatMap((t) =>
      each([0, 1, 63, 64, 65, 180], (n) => `local.get $z ${n} array.new_data $${t} $d drop`),
    ),
    'array.new_elem': each(LENGTHS, (n) => `local.get $z ${n} array.new_elem $R $refs drop`),
    'array.get': [
      'global.get $aI local.get $z array.get $I drop',
      'global.get $aV local.get $z array.get $V local.set $v',
      'global.get $aR local.get $z array.get $R local.set $any',
    ],
    'array.get_s': ['global.get $aB local.get $z array.get_s $B drop'],
    'array.get_u': ['global.get $aB local.get $z array.get_u $B drop'],
    'array.set': ['I i', 'V v', 'R any', 'B i'].map(
      (one) => `global.get $a${one[0]} local.get $z local.get $${one.slice(2)} array.set $${one[0]}`,
    ),
    'array.len': ['local.get $R array.len drop'],
    'array.fill': ['I i', 'V v', 'R any', 'B i'].flatMap((one) =>
      each(LENGTHS, (n) => `global.get $a${one[0]} local.get $z local.get $${one.slice(2)} ${n} array.fill $${one[0]}`),
    ),
    'array.copy': ['I', 'V', 'R', 'B'].flatMap((t) =>
      each(LENGTHS, (n) => `global.get $a${t} local.get $i global.get $a${t} local.get $z ${n} array.copy $${t} $${t}`),
    ),
    'array.init_data': ['I', 'V', 'B'].flatMap((t) =>
      each([0, 1, 63, 64, 65, 180], (n) => `global.get $a${t} ${get('z z')} ${n} array.init_data $${t} $d`),
    ),
    'array.init_elem': each(LENGTHS, (n) => `global.get $aR ${get('z z')} ${n} array.init_elem $R $refs`),
    'ref.test': [
      'local.get $any ref.test (ref $S) drop',
      'local.get $any ref.test (ref null $V) drop',
      'local.get $any ref.test (ref eq) drop',
    ],
    'ref.cast': [
      'local.get $any ref.cast (ref eq) local.set $any',
      'local.get $any ref.cast (ref null struct) local.set $any',
    ],
    br_on_cast: ['block (result (ref eq)) local.get $any br_on_cast 0 anyref (ref eq) unreachable end drop'],
    br_on_cast_fail: ['block (result anyref) local.get $any br_on_cast_fail 0 anyref (ref $V) end drop'],
    'any.convert_extern': ['local.get $ext any.convert_extern drop'],
    'extern.convert_any': ['local.get $any extern.convert_any local.set $ext'],
    'ref.i31': ['local.get $i ref.i31 local.set $31'],
    'i31.get_s': ['local.get $31 i31.get_s drop'],
    'i31.get_u': ['local.get $31 i31.get_u drop'],
    'struct.new_desc': [`${get('i E')} struct.new_desc $D local.set $D`],
    'struct.new_default_desc': ['local.get $E struct.new_default_desc $D local.set $D'],
    'ref.get_desc': ['local.get $D ref.get_desc $D drop'],
    'ref.cast_desc_eq': [
      `local.get $D struct.new_default $E local.tee $E struct.new_default_desc $D local.get $E ref.cast_desc_eq (ref $D) drop drop`,
    ],
    br_on_cast_desc_eq: [
      `block (result (ref $D)) local.get $E struct.new_default_desc $D local.get $E br_on_cast_desc_eq 0 (ref $D) (ref $D) end drop`,
    ],
    br_on_cast_desc_eq_fail: [
      `block (result (ref $D)) local.get $E struct.new_default_desc $D local.get $E br_on_cast_desc_eq_fail 0 (ref $D) (ref $D) end drop`,
    ],
    'atomic.fence': ['atomic.fence'],
    'memory.atomic.notify': [`${get('z i')} memory.atomic.notify $shared drop`],
    'memory.atomic.wait32': [
      'i32.const 0 i32.const 1 i64.const 1000 memory.atomic.wait32 $shared drop',
      'i32.const 0 i32.const 0 i64.const 0 memory.atomic.wait32 $shared drop',
    ],
    'memory.atomic.wait64': [
      'i32.const 0 i64.const 1 i64.const 1000 memory.atomic.wait64 $shared drop',
      'i32.const 0 i64.const 0 i64.const 0 memory.atomic.wait64 $shared drop',
    ],
  }),
);

const LOCAL_OF = new Map<ValType, string>([
  [I32, 'i'],
  [I64, 'l'],
  [F32, 'f'],
  [F64, 'd'],
  [V128, 'v'],
]);

/** Instructions with a plain signature: their operands from locals, their results to locals. */
function plain({ name, sig, imm }: Row): string[] {
  if (sig === undefined) return [];
  const lane = imm === 'lane' || imm === 'memarg_lane' ? ' 0' : imm === 'lanes' ? many(16, ' 3') : '';
  const make = (memory: string, address: string): string => {
    const pops = sig.pops.map((type) => (type === ADDR ? address : get(LOCAL_OF.get(type) as string)));
    const pushes = [...sig.pushes].reverse().map((type) => `local.set $${LOCAL_OF.get(type)}`);
    return [...pops, `${name}${memory}${lane}`, ...pushes].join(' ');
  };
  if (imm !== 'memarg' && imm !== 'memarg_lane') return [make('', '')];
  return [make(' $m', 'local.get $z'), make(' $n', 'local.get $z'), make(' $l', 'local.get $zl')];
}

/** The snippets for a row of the instruction table. */
export function snippetsOf(row: Row): readonly string[] {
  return SNIPPETS.get(row.name) ?? plain(row);
}

/** Instructions that have none: there is none such. */
export function withoutSnippet(): string[] {
  return INSTRUCTIONS.filter((row) => snippetsOf(row).length === 0).map(({ name }) => name);
}
