/** The operations of the API as types, out of its description: what a call takes, and what it answers. */
import type { components, paths } from './openapi.gen';

export type Schemas = components['schemas'];

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** The addresses that take a method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, unknown> ? P : never;
}[keyof paths];

type Operation<M extends Method, P extends PathOf<M>> = paths[P] extends Record<M, infer O> ? O : never;

/** `webhook_id` of `/v1/webhooks/{webhook_id}`. */
type NamesIn<P> = P extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never;

type QueryOf<O> = O extends { parameters: { query?: infer Q } } ? Q : never;
type BodyOf<O> = O extends { requestBody?: { content: { 'application/json': infer B } } } ? B : never;

/** What goes with a call. Webhooks and destinations are named by id or name. `undefined` in a query is left out. */
export type Input<M extends Method, P extends PathOf<M>> = {
  path?: Record<NamesIn<P>, string | number>;
  query?: { [K in keyof QueryOf<Operation<M, P>>]?: QueryOf<Operation<M, P>>[K] | undefined };
  body?: BodyOf<Operation<M, P>>;
};

type Content<R> = R extends { content: { 'application/json': infer T } } ? T : null;
type Success<R> = {
  [S in keyof R]: S extends 200 | 201 | 202 | 204 ? Content<R[S]> : never;
}[keyof R];

export type Answer<M extends Method, P extends PathOf<M>> =
  Operation<M, P> extends { responses: infer R } ? Success<R> : never;

export type Problem = Schemas['Problem'];
