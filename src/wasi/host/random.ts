// What a source of randomness is to the kernel.

export interface Random {
  /** Fills `bytes`, of any length. Throws SystemError where there is no randomness to be had. */
  fill(bytes: Uint8Array): void;
}
