/** The shapes of request bodies, out of the schemas that validate them. */

import { type JsonSchema, jsonSchemaOf, patchOf } from '../../input/json-schema';
import { isObject } from '../../json/kind';
import {
  changeableSchema as destinationChanges,
  creationSchema as newDestination,
} from '../../subscriptions/destination-input';
import { destinationRotation, inboundRotation } from '../../subscriptions/rotation';
import {
  creationSchema as newWebhook,
  changeableSchema as webhookChanges,
} from '../../subscriptions/webhook-fields';
import { addedEventSchema } from '../rest/added-events';
import { destinationTestSchema } from '../rest/destination-tests';
import { resolutionSchema } from '../rest/gaps';
import { settlementSchema } from '../rest/numbering';
import { restoreSchema } from '../rest/recovery';
import { redactionSchema } from '../rest/redactions';
import { eventReplaySchema, replaySchema } from '../rest/replays';
import { retrySchema } from '../rest/retries';
import { connectionsSchema, runSchema, wakingSchema } from '../rest/self-test';
import { testSchema } from '../rest/test-events';
import { tokenSchema } from '../rest/tokens';
import { importSchema } from '../rest/transfer';

/** Destinations are validated one by one, so that every error has its place; here they have their shape. */
function withDestinations(schema: JsonSchema): JsonSchema {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const destinations = isObject(properties.destinations) ? properties.destinations : {};
  const items = { $ref: '#/components/schemas/NewDestination' };
  return { ...schema, properties: { ...properties, destinations: { ...destinations, items } } };
}

export const inputSchemas = (): Record<string, JsonSchema> => ({
  NewWebhook: withDestinations(jsonSchemaOf(newWebhook)),
  WebhookPatch: patchOf(jsonSchemaOf(webhookChanges)),
  NewDestination: jsonSchemaOf(newDestination),
  DestinationPatch: patchOf(jsonSchemaOf(destinationChanges)),
  InboundRotation: jsonSchemaOf(inboundRotation),
  DestinationRotation: jsonSchemaOf(destinationRotation),
  Replay: jsonSchemaOf(replaySchema),
  EventReplay: jsonSchemaOf(eventReplaySchema),
  DestinationTest: jsonSchemaOf(destinationTestSchema),
  Retry: jsonSchemaOf(retrySchema),
  Resolution: jsonSchemaOf(resolutionSchema),
  Settlement: jsonSchemaOf(settlementSchema),
  AddedEvent: jsonSchemaOf(addedEventSchema),
  RedactionRequest: jsonSchemaOf(redactionSchema),
  Test: jsonSchemaOf(testSchema),
  NewToken: jsonSchemaOf(tokenSchema),
  SelfTestRun: jsonSchemaOf(runSchema),
  SelfTestConnections: jsonSchemaOf(connectionsSchema),
  SelfTestWaking: jsonSchemaOf(wakingSchema),
  Restore: jsonSchemaOf(restoreSchema),
  Import: jsonSchemaOf(importSchema),
});
