import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Network {
  /** Connection n goes to the server at this port. */
  readonly serverPort: (connection: number) => number;
  /** Connection n is cut when this many bytes went to the server; undefined lets it live. */
  readonly cutAfter: (connection: number) => number | undefined;
}

/** A network that breaks. */
export interface CuttingProxy extends AsyncDisposable {
  readonly port: number;
  /** How many connections were made through it. */
  readonly connections: number;
  /** Cuts whatever is connected now. */
  cut(): void;
}

export async function startCuttingProxy({ serverPort, cutAfter }: Network): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const proxy = createServer({ noDelay: true }, (client) => {
    const limit = cutAfter(connections);
    const server = connect({ port: serverPort(connections), host: '127.0.0.1', noDelay: true });
    connections += 1;
    let passed = 0;
    const cut = (): void => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', cut).on('close', () => {
        sockets.delete(socket);
        cut();
      });
    }
    client.on('data', (bytes) => {
      passed += bytes.length;
      if (limit !== undefined && passed > limit) cut();
    });
    client.pipe(server);
    server.pipe(client);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    port: (proxy.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    cut: cutAll,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => proxy.close(() => resolve()));
      cutAll();
      await closed;
    },
  };
}
