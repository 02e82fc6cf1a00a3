import type { Secret } from '../kernel/secret.ts';

/** The key that an agreement's tokens are made with, and which version of the custodian's key it comes from. */
export interface AgreementKey {
  /** 32 bytes. */
  readonly key: Secret<Uint8Array>;
  /** From 1. Stands in the ledger and in manifests, never in a token. */
  readonly version: number;
}

/**
 * Where keys for pseudonyms come from. The same stem and version give the same key for ever, or tokens of one agreement
 * would no longer join; that is why a version is asked for once an agreement has released anything.
 */
export interface KeyProvider {
  /**
   * The key of an agreement, by its stem. `version` undefined: the newest. A Fault (exit 10) where there is no such
   * version, or the key can't be had; its message holds nothing of the key, nor of what opens it.
   */
  agreementKey(stem: string, version: number | undefined): Promise<AgreementKey>;
}
