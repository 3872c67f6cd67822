import { Inject, Module, type DynamicModule, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandHandler, CqrsModule, type ICommandHandler } from '@nestjs/cqrs';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { CommandClass } from '@letopis/kernel';
import { json, type NextFunction, type Request, type Response } from 'express';
import type { Server } from 'node:http';
import { envelopeOf, type Accepted } from '../commands/envelope';
import type { Runtime } from '../runtime';
import { correlate, jsonOnly } from './calls';
import { AuditController } from './audit-controller';
import { ReplayController } from './replay-controller';
import { CommandsController, SignInController } from './controllers';
import { Draining } from './draining';
import { EDGE, type CaptchaIssuer, type Edge, type FileStore, type SecretStore } from './edge';
import { ExportController } from './export-controller';
import { FeedsController } from './feeds-controller';
import { FilesController } from './files-controller';
import { HealthController } from './health-controller';
import { LiveController } from './live-controller';
import { LinksController } from './links';
import { MetricsController, observed } from './metrics-controller';
import { OperationsController } from './operations-controller';
import { openApi } from './openapi';
import { ProblemFilter } from './problems';
import { aboutCall } from './refused';
import { RegistriesController } from './registries-controller';
import { ReportsController } from './reports-controller';
import { SheetsController } from './sheets-controller';
import { RightsController } from './rights-controller';
import { strangersLimit } from './rate-limit';
import { Tokens } from './tokens';
import { answerUnreadable } from './unreadable';

/** The largest body of a command. */
const MOST_BODY = '256kb';

const readJson = json({ limit: MOST_BODY, strict: true });

/** The CommandBus's handler of a command: the runtime, for every one of them. */
function handlerOf(type: CommandClass): Type<ICommandHandler> {
  @CommandHandler(type as never)
  class Handler implements ICommandHandler<object, Accepted> {
    constructor(@Inject(EDGE) private readonly edge: Edge) {}

    execute(command: object): Promise<Accepted> {
      return this.edge.runtime.dispatcher.execute(command, envelopeOf(command));
    }
  }
  Object.defineProperty(Handler, 'name', { value: `${type.name}Handler` });
  return Handler as Type<ICommandHandler>;
}

@Module({})
class EdgeModule {
  /** What a process answers that serves nobody: whether it lives, and how it does. */
  static ofHealth(edge: Edge): DynamicModule {
    return { module: EdgeModule, controllers: [HealthController, MetricsController], providers: [{ provide: EDGE, useValue: edge }] };
  }

  static of(edge: Edge): DynamicModule {
    const handlers = [...edge.runtime.composition.commands.values()].map(({ type }) => handlerOf(type));
    return {
      module: EdgeModule,
      imports: [CqrsModule.forRoot()],
      controllers: [
        CommandsController,
        ExportController, // before the records of a registry: its address is one of them otherwise
        RegistriesController,
        AuditController,
        ReplayController,
        SignInController,
        HealthController,
        LinksController,
        FilesController,
        FeedsController,
        LiveController,
        RightsController,
        ReportsController,
        SheetsController,
        OperationsController,
        MetricsController,
      ],
      providers: [{ provide: EDGE, useValue: edge }, ...handlers],
    };
  }
}

export interface ServerOptions {
  readonly runtime: Runtime;
  readonly captchas: CaptchaIssuer;
  readonly vault: SecretStore;
  readonly files: FileStore;
  readonly version: string;
  /** As in express: the proxies whose word about the client's address is taken. */
  readonly trustProxy?: string;
  /** Calls that one address may make in a minute without signing in. */
  readonly strangersPerMinute: number;
  /** The process serves nobody: it answers for its own health alone. */
  readonly onlyHealth?: boolean;
  /** 0 takes a free port. */
  readonly port: number;
  readonly host: string;
}

/** Starts the HTTP edge over a running runtime; answers the port. */
export async function startServer(options: ServerOptions): Promise<{ app: INestApplication; port: number; drain: () => Promise<void> }> {
  const { runtime, captchas, vault, files } = options;
  const edge: Edge = {
    runtime,
    captchas,
    vault,
    files,
    tokens: new Tokens(runtime, runtime.keyring),
    behindProxies: options.trustProxy !== undefined,
  };
  const app = await NestFactory.create<NestExpressApplication>(options.onlyHealth ? EdgeModule.ofHealth(edge) : EdgeModule.of(edge), {
    logger: false,
    bodyParser: false,
    abortOnError: false,
  });
  app.set('trust proxy', options.trustProxy ?? false);
  app.set('query parser', 'simple');
  app.disable('x-powered-by');
  const draining = new Draining();
  app.use(
    observed(runtime.metrics),
    correlate,
    draining.handler,
    strangersLimit(options.strangersPerMinute),
    jsonOnly,
    // The bytes of a file are read once it is known who brings them.
    (request: Request, response: Response, next: NextFunction) =>
      request.path === '/v1/files' ? next() : readJson(request, response, next),
  );
  app.useGlobalFilters(
    new ProblemFilter(runtime.logger, (request, refused) => {
      const caller = request.caller ?? { kind: 'anonymous' };
      runtime.refusals.take(caller, refused, aboutCall(request, runtime.composition, caller));
    }),
  );

  if (!options.onlyHealth) {
    const document = openApi(runtime.composition, options.version);
    app.use('/openapi.json', (_: Request, response: Response) => response.json(document));
    SwaggerModule.setup('docs', app, document as object as OpenAPIObject, { customSiteTitle: 'Letopis', raw: false });
  }
  answerUnreadable(app.getHttpServer() as Server);
  await app.listen(options.port, options.host);
  const address = (app.getHttpServer() as { address(): { port: number } }).address();
  const drain = async () => {
    await draining.drain(app.getHttpServer() as Server);
    await app.close();
  };
  return { app, port: address.port, drain };
}
