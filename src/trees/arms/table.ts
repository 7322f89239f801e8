// Lowering of table instructions, which are all out of line.
// https://webassembly.github.io/spec/core/exec/instructions.html#table-instructions
import type { OutName } from '../operations.ts';
import type { TableType, ValType } from '../../syntax/types.ts';
import type { TreeBuilder } from '../builder.ts';
import type { Arm, Arms } from './arm.ts';

/** An instruction that gives this of the table that it names. */
const giving =
  (name: OutName, result: (table: TableType) => ValType): Arm =>
  (b) => {
    const { index, row } = b.cursor;
    b.out(name, row.pops, [result(b.valid.tableTypes[index])], index);
  };

function changing(b: TreeBuilder): void {
  const { index, row } = b.cursor;
  b.out(row.name as OutName, row.pops, [], index);
}

/** Of a segment and a table, or of two tables. */
function copying(b: TreeBuilder): void {
  const { index, index2, row } = b.cursor;
  b.out(row.name as OutName, row.pops, [], index, index2);
}

export const TABLE_ARMS = {
  'table.get': giving('table.get', ({ elem }) => elem),
  'table.set': changing,
  'table.size': giving('table.size', ({ addr }) => addr),
  'table.grow': giving('table.grow', ({ addr }) => addr),
  'table.fill': changing,
  'table.copy': copying,
  'table.init': copying,
  'elem.drop': changing,
} satisfies Arms;
