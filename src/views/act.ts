/** Who did something, as the audit log and receipts show it. */
import type { Act } from '../audit/acting';
import type { AuditEntry } from '../audit/entry';
import { timeText } from '../time';

export function actView({ by, token, operation, requestId }: Act) {
  return {
    by,
    token: token === null ? null : { token_id: token.id, name: token.name },
    operation,
    request_id: requestId,
  };
}

export function auditView({ id, at, changes, facts, ...act }: AuditEntry) {
  return { audit_id: id, at: timeText(at), ...actView(act), changes, facts };
}
