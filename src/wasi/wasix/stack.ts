// Control flow: checkpoints of the stack (setjmp and longjmp), and contexts.
import { type Chapter, chapter } from './chapter.ts';

// biome-ignore format: a table
const TABLE = {
  stack_checkpoint: 'snapshot:ptr value:*u64',
  stack_restore:    'snapshot:ptr value:u64 noreturn',
  context_create:   'context:*u64 entrypoint:ptr',
  context_switch:   'context:u64',
  context_destroy:  'context:u64',
} as const;

export function stack(): Chapter[] {
  return [chapter(TABLE, {})];
}
