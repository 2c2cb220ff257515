/** The parameters by which events are found, described out of the schema that reads them. */

import { type JsonSchema, jsonSchemaOf } from '../../input/json-schema';
import { isObject } from '../../json/kind';
import { parametersSchema } from '../rest/event-filter';
import type { Parameter } from './parameter';

/** What the list takes, as names of parameters. */
export const FINDS = [
  'order',
  'since',
  'until',
  'event_id',
  'increment_id',
  'entity_key',
  'filter_destination',
  'delivery',
  'q',
];
/** What the feed takes: it has one order, no destination, and who knows an id asks the list. */
export const FINDS_IN_FEED = ['since', 'until', 'entity_key', 'q'];

const parameter = (name: string, schema: JsonSchema): Parameter => {
  const { description = '', examples, ...rest } = schema;
  const [example] = Array.isArray(examples) ? examples : [];
  const shown = example === undefined ? {} : { example };
  return { name, in: 'query', required: false, schema: rest, description: String(description), ...shown };
};

/** By the names under which operations take them. */
export function findingParameters(): Record<string, Parameter> {
  const { properties } = jsonSchemaOf(parametersSchema);
  const parameters: Record<string, Parameter> = {
    order: parameter('order', {
      enum: ['asc', 'desc'],
      default: 'asc',
      description:
        'By sequence; `desc`: newest first. `after` is then the sequence before which the page begins.',
    }),
  };
  for (const [name, schema] of Object.entries(isObject(properties) ? properties : {})) {
    // A parameter is left out, where a field may also be null.
    const { anyOf, ...said } = isObject(schema) ? schema : {};
    const [own] = Array.isArray(anyOf) ? anyOf : [];
    const shown = { ...(isObject(own) ? own : {}), ...said };
    parameters[name === 'destination_id' ? 'filter_destination' : name] = parameter(name, shown);
  }
  return parameters;
}
