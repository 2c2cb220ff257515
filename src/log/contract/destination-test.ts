/** A test of one destination: a request that is in no log, and what the receiver said to it. */

/** What is sent. Headers in lower case, without those of a connection. */
export type DestinationTest = {
  /** Unique; the message's id is made of it. */
  testId: string;
  topic: string;
  headers: [name: string, value: string][];
  /** Without `?`. Sent along where the destination takes query strings. */
  query: string;
  body: Uint8Array;
};

/** `sentHeaders` is null where no request was made, or where it is not known which values are secrets. */
export type TestAttempt = {
  outcome: 'delivered' | 'failed';
  /** HTTP status, or null where there was no response. */
  status: number | null;
  /** Class of the failure (`timeout`, `connection`, `status`, …), or null. */
  error: string | null;
  connectionError: string | null;
  durationMs: number;
  answer: { text: string; truncated: boolean; headers: Record<string, string> } | null;
  sentHeaders: Record<string, string> | null;
};

export type DestinationTestResult =
  | { kind: 'ok'; attempt: TestAttempt }
  | { kind: 'gone' }
  | { kind: 'unknown_destination' }
  /** One of the destination's secrets does not open. */
  | { kind: 'unreadable_secret' }
  /** No connection was free in time: nothing was sent. */
  | { kind: 'busy' };
