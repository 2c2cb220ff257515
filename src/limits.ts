/** Every fixed bound of the gateway, in one place: code, errors and docs read from here. */
export const LIMITS = {
  /** Largest webhook body accepted. With the 128 KB of headers the platform allows, a row stays under its 2 MB. */
  MAX_BODY_BYTES: 1024 * 1024,
  /** How long a body may take to arrive. */
  MAX_BODY_READ_MS: 30_000,
  /** How long a request may hold a body that has arrived; a shared append gives up before. */
  MAX_REQUEST_MS: 60_000,
  /**
   * Bytes of bodies that requests hold in one isolate, and those that deliveries hold: 64 MiB, half of its 128 MiB. The other half
   * is for code and state, for text and JSON made of a body, and for what the runtime copies between objects. A request above
   * is answered 503, a delivery waits (`memory/budget.ts`).
   */
  MAX_REQUEST_BYTES: 32 * 1024 * 1024,
  MAX_DELIVERY_BYTES: 32 * 1024 * 1024,
  /** Of the former: bodies above `SMALL_BODY_BYTES` that are not complete. Anybody can begin them, so half is left to others. */
  MAX_UNFINISHED_BYTES: 16 * 1024 * 1024,
  /** Of the latter: for destinations that may hang. Twelve of them can have a body of 1 MiB each. */
  MAX_TRIAL_BYTES: 12 * 1024 * 1024,
  /** Of both, while nobody needs it: the latest events of all webhooks, and of one. */
  MAX_RECENT_BYTES: 8 * 1024 * 1024,
  MAX_RECENT_BYTES_PER_WEBHOOK: 2 * 1024 * 1024,
  /** Up to this size a declared body may take any time, and none counts as unfinished: most events are this small. */
  SMALL_BODY_BYTES: 16 * 1024,
  /** In how many pieces a body may come, as each costs a turn of the event loop. 1 MiB in pieces of 64 bytes still passes. */
  MAX_BODY_PIECES: 16 * 1024,
  /** Deepest nesting of a JSON body. A deeper one is invalid, and is not recursed into. */
  MAX_JSON_DEPTH: 64,
  /** Keys, objects and lists of JSON that is put in order to be verified: sorting costs the most, and anybody may ask for it. */
  MAX_CANONICAL_KEYS: 10_000,
  /** Longest topic, in UTF-8 bytes; it is sent in the `ce-type` header. */
  MAX_TOPIC_BYTES: 256,
  /** Longest event id, in UTF-8 bytes. */
  MAX_EVENT_ID_BYTES: 512,
  /** Validation issues kept per event, and characters per message. */
  MAX_ISSUES: 20,
  MAX_ISSUE_CHARS: 200,
  /** Bytes of a refused body that are read and dropped, because a sender reads the answer only when it has written all. */
  MAX_DRAINED_BYTES: 4 * 1024 * 1024,
  /** Bytes of appends that may wait for a commit in one object, so that one webhook never has all. Above, the edge answers 503. */
  MAX_PENDING_BYTES: 16 * 1024 * 1024,
  /** Bytes of a destination's response that are read, so that its connection can be used again. */
  MAX_RESPONSE_BYTES: 4 * 1024,
  /** Bytes of it that are kept with a failed attempt. */
  MAX_KEPT_ANSWER_BYTES: 1024,
  /** Destinations of one webhook: each can always have one of the courier calls an object may make at a time. */
  MAX_DESTINATIONS: 20,
  /** Holes kept one by one per epoch. Beyond that, the oldest are merged into one range with a count. */
  MAX_HOLES: 10_000,
  /** Longest wait a destination's Retry-After can ask for, in seconds. */
  MAX_RETRY_AFTER_SECONDS: 86_400,
  /** Requests that may wait for the next event of one webhook at the same time. */
  MAX_WAITERS: 64,
  /** What the platform lets one object store. */
  MAX_STORAGE_BYTES: 10_000_000_000,
  /** Listeners (WebSockets) of one webhook at the same time. */
  MAX_LISTENERS: 64,
  /** Largest management request body. */
  MAX_API_BODY_BYTES: 256 * 1024,
} as const;
