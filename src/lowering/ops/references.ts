// Ops on references that are frequent. All others are `object` ops: operation k of interpreter/ops/gc/access.ts.
import { index, js, k, l, rA, rB, rC, rD } from './parts.ts';
import { fuse } from './fuse.ts';
import { type Op, branch, effect, value } from './rows.ts';
import { type Code, check, put, set, trapWith, when } from './statements.ts';

const operation = js`OBJECT[${k}](${index(rD)}, ${index(rA)}, ${index(rB)}, ${index(rC)}, ${l}, inst)`;
const struct: Code = [set('so', js`${rA} as StructObject`), check('so === null', 'nullStruct')];

export const REFERENCES: readonly Op[] = [
  effect('object', 'D A B C k l', set('x', operation), when('x !== 0', trapWith('x'))),
  effect('global.getref', 'D k', put(rD, js`inst.globalRefs[${k}]`)),
  fuse('br.ref.is_null', 'br_if(ref.is_null(A))'),
  fuse('br.not.ref.is_null', 'br_unless(ref.is_null(A))'),
  // A negative k is the complement of a type that the reference must not have.
  branch('br.ref.test', 'A k t', js`testRef(${rA}, ${k}, inst)`),
  value('struct.get32', 'd A k', struct, js`so.fields[${k}] as number | 0`),
  effect('struct.getref', 'D A k', struct, put(rD, js`so.fields[${k}]`)),
];
