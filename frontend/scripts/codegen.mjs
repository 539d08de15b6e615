// Types for the operations of src/api/operations.graphql, checked against schema.graphql.
// `--check` writes nothing and fails if the committed src/api/generated.ts is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  buildSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  parse,
  print,
  typeFromAST,
  validate,
  visit,
} from 'graphql';

const SCALARS = {
  ID: 'string',
  String: 'string',
  Int: 'number',
  Float: 'number',
  Boolean: 'boolean',
};
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const OUTPUT = path('../src/api/generated.ts');

const schema = buildSchema(readFileSync(path('../schema.graphql'), 'utf8'));
const operations = parse(readFileSync(path('../src/api/operations.graphql'), 'utf8'));
const errors = validate(schema, operations);
if (errors.length > 0)
  fail(errors.map((error) => `operations.graphql: ${error.message}`).join('\n'));

const fragments = new Map(
  operations.definitions
    .filter((d) => d.kind === Kind.FRAGMENT_DEFINITION)
    .map((d) => [d.name.value, d]),
);
const text = [
  '// Written by `npm run codegen` from schema.graphql and operations.graphql. Do not edit.',
  "import type { Operation } from './operation';",
  ...Object.values(schema.getTypeMap()).filter(isOurs).map(inputOrEnum),
  ...[...fragments.values()].map(
    (f) =>
      `export type ${f.name.value} = ${selectionType(f.selectionSet, schema.getType(f.typeCondition.name.value))};`,
  ),
  ...operations.definitions.filter((d) => d.kind === Kind.OPERATION_DEFINITION).map(operation),
].join('\n\n');

if (process.argv.includes('--check')) {
  if (readFileSync(OUTPUT, 'utf8') !== `${text}\n`)
    fail('src/api/generated.ts is stale: run `npm run codegen`.');
} else {
  writeFileSync(OUTPUT, `${text}\n`);
}

function isOurs(type) {
  return (
    !type.name.startsWith('__') && (isEnumType(type) || isInputObjectType(type)) && isUsed(type)
  );
}

/** The official demo's types are in the same schema; only what our operations touch is printed. */
function isUsed(type) {
  const used = new Set();
  const touch = (t) => {
    const named = getNamedType(t);
    if (used.has(named)) return;
    used.add(named);
    if (isInputObjectType(named))
      for (const field of Object.values(named.getFields())) touch(field.type);
  };
  for (const definition of operations.definitions) {
    for (const variable of definition.variableDefinitions ?? []) {
      touch(typeFromAST(schema, variable.type));
    }
    const root =
      definition.kind === Kind.FRAGMENT_DEFINITION
        ? schema.getType(definition.typeCondition.name.value)
        : schema.getRootType(definition.operation);
    eachField(definition.selectionSet, root, touch);
  }
  return used.has(type);
}

function eachField(selectionSet, parent, touch) {
  for (const selection of selectionSet.selections) {
    if (selection.kind !== Kind.FIELD) continue;
    const { type } = parent.getFields()[selection.name.value];
    touch(type);
    if (selection.selectionSet) eachField(selection.selectionSet, getNamedType(type), touch);
  }
}

function inputOrEnum(type) {
  if (isEnumType(type)) {
    return `export type ${type.name} = ${type
      .getValues()
      .map((v) => `'${v.name}'`)
      .join(' | ')};`;
  }
  const fields = Object.values(type.getFields()).map((field) => {
    const optional = !isNonNullType(field.type) || field.defaultValue !== undefined;
    return `  ${field.name}${optional ? '?' : ''}: ${typeOf(field.type)};`;
  });
  return `export interface ${type.name} {\n${fields.join('\n')}\n}`;
}

function operation(definition) {
  const name = definition.name.value;
  const result = selectionType(definition.selectionSet, schema.getRootType(definition.operation));
  const variables = definition.variableDefinitions.map((v) => {
    const type = typeFromAST(schema, v.type);
    const optional = !isNonNullType(type) || v.defaultValue !== undefined;
    return `${v.variable.name.value}${optional ? '?' : ''}: ${typeOf(type)}`;
  });
  return [
    `export type ${name}Result = ${result};`,
    `export type ${name}Variables = { ${variables.join('; ')} };`.replace(
      '{  }',
      'Record<string, never>',
    ),
    `export const ${name}: Operation<${name}Result, ${name}Variables> = {`,
    `  name: '${name}',`,
    `  text: ${JSON.stringify(squeeze([definition, ...fragmentsOf(definition)].map(print).join(' ')))},`,
    '};',
  ].join('\n');
}

function fragmentsOf(definition, found = new Set()) {
  visit(definition, {
    FragmentSpread(node) {
      const fragment = fragments.get(node.name.value);
      if (found.has(fragment)) return;
      found.add(fragment);
      fragmentsOf(fragment, found);
    },
  });
  return [...found];
}

function squeeze(source) {
  return source.replace(/\s+/g, ' ');
}

function selectionType(selectionSet, parent) {
  const spreads = [];
  const fields = [];
  for (const selection of selectionSet.selections) {
    if (selection.kind === Kind.FRAGMENT_SPREAD) spreads.push(selection.name.value);
    else if (selection.kind === Kind.FIELD) fields.push(fieldType(selection, parent));
    else fail('operations.graphql: inline fragments are not supported by scripts/codegen.mjs.');
  }
  const own = fields.length > 0 ? [`{ ${fields.join('; ')} }`] : [];
  return [...spreads, ...own].join(' & ');
}

function fieldType(selection, parent) {
  const { type } = parent.getFields()[selection.name.value];
  const key = selection.alias?.value ?? selection.name.value;
  return `${key}: ${typeOf(type, selection.selectionSet)}`;
}

function typeOf(type, selectionSet) {
  if (!isNonNullType(type)) return `${present(type, selectionSet)} | null`;
  return present(type.ofType, selectionSet);
}

function present(type, selectionSet) {
  if (isListType(type)) return `readonly (${typeOf(type.ofType, selectionSet)})[]`;
  return selectionSet ? selectionType(selectionSet, type) : (SCALARS[type.name] ?? type.name);
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
