/**
 * Bundles the node program into one self-contained file, once per run: a node then starts in well under 200 ms, where
 * starting a TypeScript loader in every node would cost several times that. The schemas of all routes and
 * messages are compiled here, so that ajv itself stays out of the bundle.
 */
import { Ajv } from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { build, type Plugin } from 'esbuild';
import { copyFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { schemaSettings, type NamedSchema } from '../../nodes/host/compile.ts';
import { schemasOf, type Described } from '../../nodes/host/validation.ts';
import { frontModels, models } from '../../nodes/index.ts';
import type { MachineName } from '../../nodes/machines/index.ts';
import type { Transport } from '../../nodes/kernel/transport.ts';
import { HarnessError } from '../exit.ts';

export interface BundleSettings {
  /** The module to start with; the node program with all models unless it is given. */
  readonly entry?: string;
  /** The models whose nodes are started with it, all unless they are given: code is read at each start. */
  readonly models?: readonly Described[];
  /** How its nodes are asked: HTTP unless it is given. */
  readonly transport?: Transport;
  /** What its nodes replicate: keys with values unless it is given. */
  readonly machine?: MachineName;
}

/** What nodes load only for gRPC, and the file that it reads. */
const grpcModule = './grpc/door.ts';
const grpcDefinition = 'kv.proto';
/** What nodes load only for a database. */
const sqliteModule = 'sql.js/dist/sql-wasm-inline.js';
/** These libraries ask for modules of Node as CommonJS does. */
const requireForLibraries =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Writes the bundle to `outFile` (its name ends in `.mjs`), and answers with that path. */
export async function bundleHost(outFile: string, settings: BundleSettings = {}): Promise<string> {
  const schemas = (settings.models ?? [...models, ...frontModels]).flatMap((model) => schemasOf(model));
  const speaksGrpc = settings.transport === 'grpc';
  const hasTables = settings.machine === 'sql';
  try {
    if (speaksGrpc)
      copyFileSync(pathOf(`../../nodes/host/${grpcDefinition}`), join(dirname(outFile), grpcDefinition));
    await build({
      entryPoints: [settings.entry ?? pathOf('../../nodes/host/main.ts')],
      outfile: outFile,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      // Names of classes and functions stay readable in stack traces.
      keepNames: true,
      logLevel: 'silent',
      plugins: [compiledSchemas(schemas)],
      // Bundling the libraries takes longer than all the rest, and their code would be read at each start.
      external: [...(speaksGrpc ? [] : [grpcModule]), ...(hasTables ? [] : [sqliteModule])],
      ...((speaksGrpc || hasTables) && { banner: { js: requireForLibraries } }),
    });
  } catch (error) {
    throw new HarnessError(
      `the node program could not be bundled into ${outFile}: ${(error as Error).message}`,
    );
  }
  return outFile;
}

/** Puts functions made from the schemas in the place of nodes/host/compile.ts. */
function compiledSchemas(schemas: readonly NamedSchema[]): Plugin {
  const replaced = pathOf('../../nodes/host/compile.ts');
  return {
    name: 'compiled-schemas',
    setup(setup) {
      setup.onLoad({ filter: /compile\.ts$/ }, ({ path }) =>
        path === replaced
          ? { contents: compiledModule(schemas), loader: 'js', resolveDir: dirname(replaced) }
          : undefined,
      );
    },
  };
}

function compiledModule(schemas: readonly NamedSchema[]): string {
  const ajv = new Ajv({ ...schemaSettings, code: { source: true, esm: true } });
  // A schema that two models share would be compiled once, and written out twice under one name.
  for (const { name, schema } of schemas) ajv.addSchema(structuredClone(schema), name);
  // Names that ajv gives to nothing of its own; it has a schema11, too.
  const exported = Object.fromEntries(schemas.map(({ name }, at) => [`route${at}`, name]));
  const entries = schemas.map(({ name }, at) => `[${JSON.stringify(name)}, route${at}]`);
  // standaloneCode is a CommonJS export, which TypeScript and Node see in two different ways.
  const code = (standaloneCode as unknown as typeof standaloneCode.default)(ajv, exported);
  return `${code}
const compiled = new Map([${entries.join(', ')}]);
export const compileSchemas = () => compiled;`;
}
