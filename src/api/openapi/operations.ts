/** Every operation of the gateway, in the order a reader meets them, and every answer. A test holds the list against the routes. */
import type { JsonSchema } from '../../input/json-schema';
import { ACCESS_ANSWERS, ACCESS_OPERATIONS } from './operations/access';
import { AUDIT_ANSWERS, AUDIT_OPERATIONS } from './operations/audit';
import { CONFIGURATION_ANSWERS, CONFIGURATION_OPERATIONS } from './operations/configuration';
import { DESTINATIONS_ANSWERS, DESTINATIONS_OPERATIONS } from './operations/destinations';
import { DIAGNOSIS_ANSWERS, DIAGNOSIS_OPERATIONS } from './operations/diagnosis';
import { ERASING_ANSWERS, ERASING_OPERATIONS } from './operations/erasing';
import { EVENTS_ANSWERS, EVENTS_OPERATIONS } from './operations/events';
import { KEEPING_ANSWERS, KEEPING_OPERATIONS } from './operations/keeping';
import type { Operation } from './operations/operation';
import { PROVIDERS_ANSWERS, PROVIDERS_OPERATIONS } from './operations/providers';
import { REPLAY_ANSWERS, REPLAY_OPERATIONS } from './operations/replay';
import { SELF_TEST_ANSWERS, SELF_TEST_OPERATIONS } from './operations/self-test';
import { SEQUENCE_ANSWERS, SEQUENCE_OPERATIONS } from './operations/sequence';
import { SERVICE_ANSWERS, SERVICE_OPERATIONS } from './operations/service';
import { integer, list, object, said, text } from './operations/shapes';
import { STATUS_ANSWERS, STATUS_OPERATIONS } from './operations/status';
import { WEBHOOKS_ANSWERS, WEBHOOKS_OPERATIONS } from './operations/webhooks';

export const OPERATIONS: readonly Operation[] = [
  ...WEBHOOKS_OPERATIONS,
  ...DESTINATIONS_OPERATIONS,
  ...STATUS_OPERATIONS,
  ...EVENTS_OPERATIONS,
  ...ERASING_OPERATIONS,
  ...SEQUENCE_OPERATIONS,
  ...REPLAY_OPERATIONS,
  ...DIAGNOSIS_OPERATIONS,
  ...ACCESS_OPERATIONS,
  ...AUDIT_OPERATIONS,
  ...CONFIGURATION_OPERATIONS,
  ...KEEPING_OPERATIONS,
  ...SELF_TEST_OPERATIONS,
  ...SERVICE_OPERATIONS,
  ...PROVIDERS_OPERATIONS,
];

/** The shapes of answers, the counterpart of the views that stand with the routes in `rest/`. */
export const ANSWERS: Record<string, JsonSchema> = {
  Problem: object(
    {
      type: said('which kind of problem it is: `urn:gapless:problem:not-found`', text),
      title: said('what is wrong, in a few words', text),
      status: said('HTTP status of the answer', integer),
      detail: said('what is wrong with this request, in words', text),
    },
    {
      errors: said('each field that is wrong', list(object({ path: text, message: text }))),
      request_id: said('names the lines of the log that tell of it', text),
    },
  ),
  ...WEBHOOKS_ANSWERS,
  ...DESTINATIONS_ANSWERS,
  ...STATUS_ANSWERS,
  ...EVENTS_ANSWERS,
  ...ERASING_ANSWERS,
  ...SEQUENCE_ANSWERS,
  ...REPLAY_ANSWERS,
  ...DIAGNOSIS_ANSWERS,
  ...ACCESS_ANSWERS,
  ...AUDIT_ANSWERS,
  ...CONFIGURATION_ANSWERS,
  ...KEEPING_ANSWERS,
  ...SELF_TEST_ANSWERS,
  ...SERVICE_ANSWERS,
  ...PROVIDERS_ANSWERS,
};
