/** A payload as JSON. Every adapter starts here, and describes nothing where the body cannot be parsed. */
import { isObject, kindOf } from '../json/kind';
import type { JsonDocument } from '../json/parse';
import { LIMITS } from '../limits';
import { err, ok, type Result } from '../result';
import type { DocumentProblem, ParsedBody } from '../signature/parsed-body';
import type { RequestView } from '../signature/request-view';
import type { Description, Issue } from './provider';
import { placeIn } from './text-source';

const PROBLEM: Record<DocumentProblem, string> = {
  empty: 'is empty',
  not_utf8: 'is not UTF-8',
  not_json: 'is not JSON',
  utf16: 'is UTF-16 or UTF-32, not UTF-8',
  gzip: 'is compressed (gzip), and is not unpacked',
  not_finite: 'has NaN or Infinity, which JSON does not know',
  too_deep: `is nested more than ${LIMITS.MAX_JSON_DEPTH} levels deep`,
  not_a_form: 'is not in the body, which is no form',
  missing: 'is required',
  repeated: 'is given twice',
};

/** Why there is no JSON in the body, or in a form field; no issue where there is. */
export function documentIssues(view: RequestView, field: string | null): Issue[] {
  const document = view.documentIn(field);
  return document.ok ? [] : [{ path: placeIn(field, ''), message: PROBLEM[document.error] }];
}

/** A body as JSON. The error is what the adapter describes instead: no event, and one issue. */
export function openBody({ document }: ParsedBody): Result<JsonDocument, Description> {
  return document.ok ? document : err(undescribed(PROBLEM[document.error]));
}

/** A body as a JSON object, with its text. The error as for `openBody`. */
export function openObject(
  body: ParsedBody,
): Result<{ text: string; value: Record<string, unknown> }, Description> {
  const document = openBody(body);
  if (!document.ok) return document;
  const { text, value } = document.value;
  return isObject(value) ? ok({ text, value }) : err(undescribed(`expected object, found ${kindOf(value)}`));
}

const undescribed = (message: string): Description => ({
  topic: '',
  eventId: null,
  incrementId: null,
  entityKeys: [],
  eventTime: null,
  issues: [{ path: '', message }],
});
