/** The shapes of request bodies, out of the schemas that validate them. */

import { type JsonSchema, jsonSchemaOf, patchOf } from '../../input/json-schema';
import { isObject } from '../../json/kind';
import {
  changeableSchema as destinationChanges,
  creationSchema as newDestination,
} from '../../subscriptions/destination-input';
import { creationSchema as newWebhook, changeableSchema as webhookChanges } from '../../subscriptions/input';
import { destinationRotation, inboundRotation } from '../../subscriptions/rotation';
import { addedEventSchema, redactionSchema, resolutionSchema, testSchema } from '../operator-input';
import { eventReplaySchema, replaySchema } from '../replay-input';
import { tokenSchema } from '../tokens';

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
  Resolution: jsonSchemaOf(resolutionSchema),
  AddedEvent: jsonSchemaOf(addedEventSchema),
  Redaction: jsonSchemaOf(redactionSchema),
  Test: jsonSchemaOf(testSchema),
  NewToken: jsonSchemaOf(tokenSchema),
});
