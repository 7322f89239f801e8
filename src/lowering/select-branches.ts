// The choice of ops for branches: a condition and a branch are one op where there is one for both.
import { type LabelId, type Node, treeNode } from '../trees/nodes.ts';
import { Expressions } from './select-expressions.ts';
import { conditionForm } from './select-forms.ts';
import { BRANCHES, NEGATED, operationOf } from './select-patterns.ts';
import { I32 } from '../syntax/types.ts';

export class Branches extends Expressions {
  /** Branches where the condition is not 0, or where it is (`negated`). */
  protected branch(condition: Node, negated: boolean, label: LabelId, at: number): void {
    const { node, unless } = conditionForm(condition, negated);
    const { kind, op, a, b, lo } = node;
    const table = unless ? NEGATED : BRANCHES;
    if (this.fuse(table, operationOf(node), kind === 'load' ? node.at : at, a, b, lo, -1, label)) return;
    if (op === 'ref.test' && a && this.offer('br.ref.test', at, a, unless ? ~lo : lo, label)) return;
    if (!unless) this.op('br_if', at, node, label);
    else if (!this.offer('br_unless', at, node, label))
      this.op('br_if', at, treeNode('unary', 'i32.eqz', I32, 0, at, node), label);
  }
}
