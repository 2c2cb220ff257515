import type { JsonSchema } from '../../input/json-schema';

/** A parameter of an operation, as OpenAPI has it. */
export type Parameter = {
  name: string;
  in: string;
  required: boolean;
  schema: JsonSchema;
  description: string;
  example?: unknown;
};
