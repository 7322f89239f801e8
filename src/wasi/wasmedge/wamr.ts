// WAMR's sockets, which are not built: other functions with the same module name and in part the same names. They are told by
// how many parameters they have. https://github.com/bytecodealliance/wasm-micro-runtime/blob/main/doc/socket_api.md
import type { FuncType } from '../../syntax/types.ts';

/** The parameters of those that have a name of WasmEdge's. */
const PARAMETERS: readonly (readonly [name: string, parameters: number])[] = [
  ['sock_open', 4],
  ['sock_bind', 2],
  ['sock_connect', 2],
  ['sock_recv_from', 6],
  ['sock_send_to', 6],
];

const HINT = ', which is that of WAMR (wasm-micro-runtime): its sockets are not built, those of WasmEdge are';

/** What to say of an import that is WAMR's, by name; empty for all others. */
export const WAMR_HINTS = new Map(
  PARAMETERS.map(([name, parameters]) => [name, ({ params }: FuncType) => (params.length === parameters ? HINT : '')]),
);
