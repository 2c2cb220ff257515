/** An event on its way into the log, and the answers that its sender can get. */
import type { NotAdded } from '../../numbering/added-by-hand';
import type { Identity } from '../../providers/fingerprint';
import type { Description, Issue } from '../../providers/provider';
import type { StorageRefusal } from '../../storage-refusal';
import type { WebhookRecord } from '../../subscriptions/webhook';

/** An authentic event, as the edge passes it to the object. */
export type IncomingEvent = Identity &
  Omit<Description, 'unsigned'> & {
    bodySigned: boolean;
    /** An operator added it; the provider did not send it. */
    added?: true;
    /** The inbound secret that verified it: what the object adds, of `AppendRequest`. */
    secretId?: string;
    /** Request headers to pass along, in lower case; hop-by-hop and Cloudflare's own already removed. */
    headers: [string, string][];
    /** The ingest query string without `?`. */
    query: string;
    body: Uint8Array;
  };

export type AppendRequest = {
  /** Version of the record that the edge verified with. */
  version: number;
  /** The inbound secret that matched. */
  secretId: string;
  event: IncomingEvent;
};

export type AppendResult =
  | { kind: 'accepted'; sequence: number; incrementId: number | null }
  | { kind: 'duplicate'; sequence: number; incrementId: number | null }
  | { kind: 'ignored'; incrementId: number | null }
  | { kind: 'quarantined'; sequence: number; incrementId: number | null; issues: Issue[] }
  | { kind: 'rejected'; issues: Issue[] }
  | { kind: 'inactive' }
  | { kind: 'gone' }
  /** The edge's record is out of date: judge again with this one. */
  | { kind: 'stale'; record: WebhookRecord }
  /** The secret that matched has been revoked. */
  | { kind: 'revoked' }
  /** `refused`: why the storage does not take it; absent where too much waits. */
  | { kind: 'overloaded'; refused?: StorageRefusal };

/** The answer for an event that an operator added. */
export type AddResult = AppendResult | { kind: 'not_added'; reason: NotAdded };

export type ReleaseResult =
  | AppendResult
  | { kind: 'not_found' }
  /** It is forwarded already; `wasLetGo`: since it was released, or waited no longer. Absent from an object of an earlier release. */
  | { kind: 'not_quarantined'; wasLetGo?: boolean }
  /** Its body was erased: there is nothing to forward. */
  | { kind: 'redacted' };
