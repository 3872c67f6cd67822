// @ts-nocheck
import { randomUUID } from 'node:crypto';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb';
import * as features from '@eventstore/db-client/generated/serverfeatures_pb';
import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb';
import * as gossip from '@eventstore/db-client/generated/gossip_pb';
import * as shared from '@eventstore/db-client/generated/shared_pb';
import type { Empty } from '@eventstore/db-client/generated/shared_pb';
import type { Call } from './grpc/call';
import type { GrpcServer } from './grpc/server';

/** The server that this one answers like. */
export const SERVER_VERSION = '23.10.0';

/**
 * What a client asks before anything else: which methods there are (it would not use BatchAppend otherwise), and which
 * node of the cluster to talk to. Answering Gossip is also how this server says that it is ready.
 */
export function serveNode(server: GrpcServer, address: () => { host: string; port: number }): void {
  const instance = new shared.UUID();
  instance.setString(randomUUID());

  server.handle(ServerFeaturesService.getSupportedMethods, (call: Call<Empty>) => {
    call.onRequest = () => call.end(supportedMethods(server.paths).serializeBinary());
  });

  server.handle(GossipService.read, (call: Call<Empty>) => {
    call.onRequest = () => {
      const endPoint = new gossip.EndPoint();
      const { host, port } = address();
      endPoint.setAddress(isWildcard(host) ? hostOf(call.header(':authority') ?? host) : host);
      endPoint.setPort(port);
      const member = new gossip.MemberInfo();
      member.setInstanceId(instance);
      member.setTimeStamp(`${Date.now()}0000`);
      member.setState(gossip.MemberInfo.VNodeState.LEADER);
      member.setIsAlive(true);
      member.setHttpEndPoint(endPoint);
      const cluster = new gossip.ClusterInfo();
      cluster.addMembers(member);
      call.end(cluster.serializeBinary());
    };
  });
}

/** Names in lower case, and the features that clients look for, as ServerFeatures.cs lists them. */
function supportedMethods(paths: readonly string[]): features.SupportedMethods {
  const supported = new features.SupportedMethods();
  supported.setEventStoreServerVersion(SERVER_VERSION);
  for (const path of paths) {
    const [, service = '', name = ''] = path.split('/');
    const method = new features.SupportedMethod();
    method.setServiceName(service.toLowerCase());
    method.setMethodName(name.toLowerCase());
    if (service.endsWith('PersistentSubscriptions')) method.setFeaturesList(['stream', 'all']);
    else if (path.endsWith('Streams/Read')) method.setFeaturesList(['position', 'events']);
    else if (path.endsWith('Streams/BatchAppend')) method.setFeaturesList(['deadline_duration']);
    supported.addMethods(method);
  }
  return supported;
}

/** Whether a host means every address of the machine. */
export const isWildcard = (host: string) => host === '0.0.0.0' || host === '::';

/** A server that listens everywhere is where its client found it. */
const hostOf = (authority: string) => authority.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
