import { validationMetadatasToSchemas } from 'class-validator-jsonschema';
import { OPERATIONS, type Operation } from './operations.ts';
import type { Route } from './routes.ts';
import type { RequestClass } from './validation.ts';

type Json = Readonly<Record<string, unknown>>;
type Schema = {
  readonly properties?: Readonly<Record<string, Json>>;
  readonly required?: string[];
};

const PROBLEM_SCHEMA: Json = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string', format: 'uri', description: 'never changes its meaning' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    field: { type: 'string' },
  },
};

/** The OpenAPI document of a table of routes; its schemas come from what checks the requests. */
export function openApi(routes: readonly Route[], version: string): Json {
  const schemas = validationMetadatasToSchemas({
    refPointerPrefix: '#/components/schemas/',
  }) as Readonly<Record<string, Schema>>;
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const item = (paths[route.path] ??= {});
    item[route.method.toLowerCase()] = operation(route, schemas);
  }
  for (const read of Object.values(OPERATIONS)) paths[read.path] = { get: reading(read, schemas) };
  const bodies = routes.flatMap(({ body }) => (body === undefined ? [] : [body.name]));
  const used: Record<string, Json> = {};
  for (const name of bodies) used[name] = { ...schemas[name], additionalProperties: false };
  return {
    openapi: '3.1.0',
    info: { title: 'Stemma', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: { ...used, Problem: PROBLEM_SCHEMA },
    },
  };
}

function operation(route: Route, schemas: Readonly<Record<string, Schema>>): Json {
  const { method, path, summary, status = 200, body, query } = route;
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => inPath(name ?? ''));
  const key = { name: 'Idempotency-Key', in: 'header', schema: { type: 'string', maxLength: 255 } };
  return {
    summary,
    parameters: [...names, ...inQuery(query, schemas), ...(method === 'GET' ? [] : [key])],
    ...(body === undefined ? {} : { requestBody: bodyOf(body) }),
    responses: responses(status, 'application/json'),
  };
}

function reading(
  { summary, mediaType, query }: Operation,
  schemas: Readonly<Record<string, Schema>>,
): Json {
  const parameters = inQuery(query, schemas);
  return { summary, parameters, responses: responses(200, mediaType) };
}

function responses(status: number, mediaType: string): Json {
  const refused = { 'application/problem+json': { schema: reference('Problem') } };
  return {
    [status]: { description: 'done', content: { [mediaType]: {} } },
    default: { description: 'refused', content: refused },
  };
}

function inPath(name: string): Json {
  return { name, in: 'path', required: true, schema: { type: 'string' } };
}

function inQuery(
  query: RequestClass<object> | undefined,
  schemas: Readonly<Record<string, Schema>>,
): readonly Json[] {
  const { properties = {}, required = [] } = schemas[query?.name ?? ''] ?? {};
  return Object.entries(properties).map(([name, schema]) => {
    return { name, in: 'query', required: required.includes(name), schema };
  });
}

function bodyOf(body: RequestClass<object>): Json {
  return { required: true, content: { 'application/json': { schema: reference(body.name) } } };
}

function reference(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}
