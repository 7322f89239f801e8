import { describe, expect, it } from 'vitest';
import { InvalidError, MalformedError } from '../errors.ts';
import type { Module } from '../syntax/module.ts';
import { EXTERNREF, F32, F64, FUNCREF, I32, I64, type SubType, type ValType, ref } from '../syntax/types.ts';
import { code, expr, func, memory, moduleOf, oneFunc, sub, tableType } from './builder.suite.ts';
import { validateModule } from './module.ts';

/** The message with which a module is refused, '' if it is not. */
function refusal(module: Module, kind: new (message: string) => Error = InvalidError): string {
  try {
    validateModule(module);
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(kind);
    return (error as Error).message;
  }
}
const check = (params: ValType[], results: ValType[], body: string, more: Parameters<typeof oneFunc>[3] = {}): string =>
  refusal(oneFunc(params, results, body, more));

describe('plain rows', () => {
  it('operands of the right types give their results', () => {
    expect(check([I32, I32], [I32], 'local.get 0 local.get 1 i32.add end')).toBe('');
    expect(check([], [F64], 'i64.const 1 f64.convert_i64_s end')).toBe('');
  });

  it('a mismatch names the instruction, what it expects, what it found, and where', () => {
    expect(check([F64], [], 'i32.const 1 local.get 0 i32.add drop end')).toBe(
      'type mismatch: i32.add expects [i32 i32], found [i32 f64] (func 0, offset 0x05)',
    );
    expect(check([], [], 'i32.const 1 i32.add drop end')).toMatch(/^type mismatch: i32\.add .*, found \[i32\]/);
  });

  it('operands of an outer block cannot be taken', () => {
    expect(check([], [I32], 'i32.const 1 block 64 i32.eqz drop end end')).toMatch(/^type mismatch: i32\.eqz .* \[\]/);
  });
});

describe('control', () => {
  it('after unreachable, any operands may be taken, but results must still fit', () => {
    expect(check([], [I64], 'unreachable i32.add drop i64.const 1 end')).toBe('');
    expect(check([], [I64], 'unreachable i32.add end')).toMatch(/^type mismatch: end expects \[i64\], found \[i32\]/);
    expect(check([], [], 'unreachable i32.const 1 i64.add drop end')).toMatch(/^type mismatch: i64\.add/);
  });

  it('values left on the stack are a mismatch', () => {
    expect(check([], [], 'i32.const 1 end')).toMatch(/^type mismatch: end expects \[\], found \[i32\]/);
  });

  it('a branch takes the results of a block and the parameters of a loop', () => {
    const types = [sub(func([], [])), sub(func([I32], [I64]))];
    const body = (text: string): Module => moduleOf(types, [{ type: 0, body: text }]);
    expect(refusal(body('i32.const 1 loop 1 br 0 end drop end'))).toBe('');
    expect(refusal(body('i32.const 1 block 1 br 0 end drop end'))).toMatch(/^type mismatch: br expects \[i64\]/);
  });

  it('a branch must name a label in scope', () => {
    expect(check([], [], 'br 1 end')).toMatch(/^unknown label 1/);
    expect(check([], [], 'br 0 end')).toBe('');
  });

  it('an if without else must not change the types', () => {
    expect(check([], [I32], 'i32.const 0 if -1 i32.const 1 end end')).toMatch(/^type mismatch: end expects \[i32\]/);
    expect(check([], [I32], 'i32.const 0 if -1 i32.const 1 else i32.const 2 end end')).toBe('');
  });

  it('labels of br_table must take as many values as the default label', () => {
    const body = 'block 64 block -1 i32.const 1 i32.const 0 br_table 1 1 0 end drop end end';
    expect(check([], [], body)).toMatch(/^type mismatch: br_table's label 1 takes 0 values/);
    expect(check([], [I32], 'block -1 i32.const 1 i32.const 0 br_table 1 1 0 end end')).toBe('');
  });

  it('else without if, a missing end and bytes after the end are malformed', () => {
    const malformed = (body: string): string => refusal(oneFunc([], [], body), MalformedError);
    expect(malformed('else end')).toMatch(/^END opcode expected/);
    expect(malformed('block 64 end')).toMatch(/^unexpected end of section or function/);
    expect(malformed('end end')).toMatch(/^section size mismatch/);
    expect(refusal(oneFunc([], [], Uint8Array.of(0xff)), MalformedError)).toMatch(/^illegal opcode ff.*func 0/);
    expect(refusal(oneFunc([], [], Uint8Array.of(0x41)), MalformedError)).toMatch(/^unexpected end.*func 0/);
  });

  it('calls take parameters and give results', () => {
    const types = [sub(func([I32, I64], [F32])), sub(func([], [F32]))];
    const callee = { type: 0, body: 'f32.const 0 0 0 0 end' };
    const bad = { type: 1, body: 'i32.const 1 call 0 end' };
    const good = { type: 1, body: 'i32.const 1 i64.const 1 call 0 end' };
    const float = (one: { type: number; body: string }): { type: number; body: Uint8Array } => ({
      type: one.type,
      body: code(one.body),
    });
    expect(refusal(moduleOf(types, [float(callee), good]))).toBe('');
    expect(refusal(moduleOf(types, [float(callee), bad]))).toMatch(/^type mismatch: call expects \[i32 i64\], found/);
    expect(refusal(moduleOf(types, [{ type: 1, body: 'call 7 end' }]))).toMatch(/^unknown function 7/);
  });

  it('a tail call must return what the function returns', () => {
    const types = [sub(func([], [])), sub(func([], [I32]))];
    const funcs = [{ type: 1, body: 'i32.const 1 end' }];
    expect(refusal(moduleOf(types, [...funcs, { type: 1, body: 'return_call 0 end' }]))).toBe('');
    const bad = moduleOf(types, [...funcs, { type: 0, body: 'return_call 0 end' }]);
    expect(refusal(bad)).toMatch(/^type mismatch: return_call returns \[i32\], the function \[\]/);
  });

  it('call_indirect needs a table of functions', () => {
    const one = (elem: ValType): Module =>
      oneFunc([], [], 'i32.const 0 call_indirect 0 0 end', {
        tables: [{ type: tableType(1n, 1n, elem), init: undefined }],
      });
    expect(refusal(one(FUNCREF))).toBe('');
    expect(refusal(one(EXTERNREF))).toMatch(/^type mismatch: call_indirect needs a table of functions/);
    expect(check([], [], 'i32.const 0 call_indirect 0 0 end')).toMatch(/^unknown table 0/);
  });
});

describe('variables', () => {
  it('locals count parameters first, then runs in order', () => {
    const locals = [
      [2, I64],
      [40_000, F32],
      [1, F64],
    ] as const;
    expect(check([I32], [F64], 'local.get 40003 end', { locals })).toBe('');
    expect(check([I32], [F32], 'local.get 40002 end', { locals })).toBe('');
    expect(check([I32], [I64], 'local.get 2 end', { locals })).toBe('');
    expect(check([I32], [], 'local.get 40004 drop end', { locals })).toMatch(/^unknown local 40004/);
  });

  it('more than 50,000 locals are malformed', () => {
    const module = oneFunc([I32], [], 'end', { locals: [[50_000, I32]] });
    expect(refusal(module, MalformedError)).toMatch(/^too many locals/);
  });

  it('immutable globals cannot be set', () => {
    const globals = [{ type: { val: I32, mutable: false }, init: expr('i32.const 0 end') }];
    expect(check([], [], 'i32.const 1 global.set 0 end', { globals })).toMatch(/^immutable global/);
    expect(check([], [], 'i32.const 1 global.set 1 end', { globals })).toMatch(/^unknown global 1/);
  });

  it('select without types takes numbers only, select with types exactly one', () => {
    expect(check([I32], [I32], 'local.get 0 local.get 0 i32.const 1 select end')).toBe('');
    expect(check([I32, F32], [I32], 'local.get 0 local.get 1 i32.const 1 select end')).toMatch(/^type mismatch/);
    expect(check([FUNCREF], [], 'local.get 0 local.get 0 i32.const 1 select drop end')).toMatch(/^type mismatch/);
    const typed = Uint8Array.of(0x20, 0, 0x20, 0, 0x41, 1, 0x1c, 1, 0x70, 0x1a, 0x0b);
    expect(refusal(oneFunc([FUNCREF], [], typed))).toBe('');
    const none = Uint8Array.of(0x20, 0, 0x20, 0, 0x41, 1, 0x1c, 0, 0x1a, 0x0b);
    expect(refusal(oneFunc([FUNCREF], [], none))).toMatch(/^invalid result arity/);
  });
});

describe('memories and tables', () => {
  const memories = [memory(1n)];
  it('an access needs its memory and an alignment that is not above natural', () => {
    expect(check([], [], 'i32.const 0 i32.load 0 0 drop end')).toMatch(/^unknown memory 0/);
    expect(check([], [], 'i32.const 0 i32.load 2 0 drop end', { memories })).toBe('');
    expect(check([], [], 'i32.const 0 i32.load 3 0 drop end', { memories })).toMatch(
      /^alignment must not be larger than natural: i32\.load/,
    );
  });

  it('an offset past 32 bits is out of range', () => {
    const bytes = Uint8Array.of(0x41, 0, 0x28, 0, 0x80, 0x80, 0x80, 0x80, 0x10, 0x1a, 0x0b);
    expect(refusal(oneFunc([], [], bytes, { memories }))).toMatch(/^offset out of range/);
  });

  it('data segments may only be named with a data count section', () => {
    const body = 'i32.const 0 i32.const 0 i32.const 0 memory.init 0 0 end';
    const text = refusal(oneFunc([], [], body, { memories }), MalformedError);
    expect(text).toMatch(/^data count section required/);
    expect(check([], [], body, { memories, dataCount: 0 })).toMatch(/^unknown data segment 0/);
  });

  it('table.copy and table.init need elements that match', () => {
    const tables = [FUNCREF, EXTERNREF].map((elem) => ({ type: tableType(1n, 1n, elem), init: undefined }));
    const body = 'i32.const 0 i32.const 0 i32.const 0 table.copy 0 1 end';
    expect(check([], [], body, { tables })).toMatch(/^type mismatch: elements of table\.copy/);
    expect(check([], [], body.replace('0 1', '1 1'), { tables })).toBe('');
  });

  it('ref.func in a body needs a declaration outside of it', () => {
    expect(check([], [], 'ref.func 0 drop end')).toMatch(/^undeclared function reference/);
    expect(check([], [], 'ref.func 0 drop end', { exports: [{ name: 'f', kind: 'func', index: 0 }] })).toBe('');
    expect(check([], [I32], 'ref.func 0 ref.is_null end', { start: undefined })).toMatch(/^undeclared/);
  });
});

describe('size', () => {
  it('a million nested blocks are validated without overflow', () => {
    const depth = 1_000_000;
    const bytes = new Uint8Array(depth * 3 + 1).fill(0x0b);
    for (let i = 0; i < depth; i++) bytes.set([0x02, 0x40], i * 2);
    expect(refusal(oneFunc([], [], bytes))).toBe('');
    bytes[bytes.length - 1] = 0x01;
    expect(refusal(oneFunc([], [], bytes), MalformedError)).toMatch(/^unexpected end/);
  });

  it('a function that makes the operand stack explode is refused', () => {
    const types = [sub(func([], [])), sub(func([], new Array<ValType>(1000).fill(I32)))];
    const calls = new Uint8Array(20_000);
    for (let i = 0; i < calls.length; i += 2) calls.set([0x10, 0], i);
    const module = moduleOf(types, [
      { type: 1, body: 'unreachable end' },
      { type: 0, body: calls },
    ]);
    expect(refusal(module)).toMatch(/^too many operands/);
  });

  it('parameters and results are limited to a thousand', () => {
    const many = new Array<ValType>(1001).fill(I32);
    expect(refusal(moduleOf([sub(func(many, []))], []))).toMatch(/^too many parameters/);
    expect(refusal(moduleOf([sub(func([], many))], []))).toMatch(/^too many results/);
  });
});

describe('typed function references', () => {
  const validate = (module: Module): string => {
    try {
      validateModule(module);
      return '';
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidError);
      return (error as Error).message;
    }
  };
  const types = [sub(func([], [])), sub(func([ref(0, false)], []))];
  const locals = [[1, ref(0, false)]] as const;
  it('a local without default must be set before it is read', () => {
    const body = (text: string): Module => moduleOf(types, [{ type: 1, locals, body: text }]);
    expect(validate(body('local.get 1 drop end'))).toMatch(/^uninitialized local 1/);
    expect(validate(body('local.get 0 local.set 1 local.get 1 drop end'))).toBe('');
    expect(validate(body('block 64 local.get 0 local.set 1 end local.get 1 drop end'))).toMatch(/^uninitialized/);
    const branches = 'i32.const 0 if 64 local.get 0 local.set 1 else local.get 1 drop end end';
    expect(validate(body(branches))).toMatch(/^uninitialized/);
  });

  it('call_ref takes a reference to a function of the type', () => {
    expect(validate(moduleOf(types, [{ type: 1, body: 'local.get 0 call_ref 0 end' }]))).toBe('');
    expect(validate(moduleOf(types, [{ type: 1, body: 'local.get 0 call_ref 1 end' }]))).toMatch(
      /^type mismatch: call_ref/,
    );
  });

  it('a reference that is surely not null is not a number, even where code is unreachable', () => {
    const bad = moduleOf(types, [{ type: 0, body: 'unreachable ref.as_non_null i32.eqz drop end' }]);
    expect(validate(bad)).toMatch(/^type mismatch: i32\.eqz/);
  });
});

describe('wide types in unreachable code', () => {
  const WIDTH = 1000;

  /** A struct type whose fields count how often they are looked at. */
  function counting(width: number): { type: SubType; looks: () => number } {
    let looks = 0;
    const field = {
      get storage(): ValType {
        looks++;
        return I32;
      },
      mutable: true,
    };
    const fields = Array.from({ length: width }, () => field);
    return { type: sub({ kind: 'struct', fields }), looks: () => looks };
  }
  const looksOf = (instruction: string, times: number, before = ''): number => {
    const { type, looks } = counting(WIDTH);
    validateModule(
      moduleOf([sub(func([], [])), type], [{ type: 0, body: `${before} ${instruction.repeat(times)} end` }]),
    );
    return looks();
  };

  it('struct.new popped all its fields from a stack on which nothing is left: four bytes took ten thousand steps', () => {
    expect(looksOf('struct.new 1 drop ', 500, 'unreachable')).toBeLessThan(10 * WIDTH);
  });

  it('struct.new_default looked at every field each time, and not once for its type', () => {
    expect(looksOf('struct.new_default 1 drop ', 500)).toBeLessThan(10 * WIDTH);
  });

  it('array.new_fixed takes what is there and no more', () => {
    const types = [sub(func([], [])), sub({ kind: 'array', field: { storage: I32, mutable: true } })];
    const body = (text: string): Module => moduleOf(types, [{ type: 0, body: text }]);
    expect(refusal(body(`unreachable ${'array.new_fixed 1 10000 drop '.repeat(20_000)} end`))).toBe('');
    expect(refusal(body('unreachable f32.const 0 array.new_fixed 1 10000 drop end'))).toMatch(/^type mismatch/);
    expect(refusal(body('i32.const 0 array.new_fixed 1 2 drop end'))).toMatch(/^type mismatch/);
  });
});
