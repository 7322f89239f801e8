// Dynamic linking, calls of functions by index, closures, reflection.
import { type Chapter, chapter } from './chapter.ts';

// biome-ignore format: a table
const TABLE = {
  dlopen:            'path:string flags:dl_flags err_buf:ptr err_buf_len:u32 ld_library_path:string handle:*dl_handle',
  dlsym:             'handle:dl_handle symbol:string err_buf:ptr err_buf_len:u32 address:*size',
  dl_invalid_handle: 'handle:dl_handle',
  call_dynamic:      'function_id:ptr values:string results:string strict:bool',
  closure_prepare:   'backing_function_id:ptr closure_id:ptr argument_types:string result_types:string user_data:ptr',
  closure_allocate:  'closure_id:ptr',
  closure_free:      'closure_id:ptr',
  reflect_signature: 'function_id:ptr argument_types:ptr argument_types_len:u16 result_types:ptr result_types_len:u16 result:ptr',
} as const;

export function linking(): Chapter[] {
  return [chapter(TABLE, {})];
}
