/**
 * Clients of yjs, y-websocket and the TypeScript client, driven by lines of JSON: one command a line, one answer a line.
 *
 * Run by Node from the folder of the TypeScript client, whose packages they use.
 */
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const root = process.cwd();
const Y = await import(pathToFileURL(`${root}/node_modules/yjs/dist/yjs.mjs`).href);
const { WebsocketProvider } = await import(pathToFileURL(`${root}/node_modules/y-websocket/src/y-websocket.js`).href);
const { CollaborationProvider } = await import(pathToFileURL(`${root}/src/index.ts`).href);

interface Client {
  doc: any;
  provider: any;
  standard: boolean;
  said: string[];
}

const clients = new Map<string, Client>();

const commands: Record<string, (given: any) => unknown> = {
  standard({ name, url, page, token }) {
    const doc = new Y.Doc();
    const provider = new WebsocketProvider(url, page, doc, { protocols: ["bearer", token], disableBc: true });
    clients.set(name, { doc, provider, standard: true, said: [] });
  },
  provider({ name, url, page, token, seed }) {
    const doc = new Y.Doc();
    const filled = seed === undefined ? {} : { seed: () => updateOf(seed) };
    const provider = new CollaborationProvider({ url, pageId: page, doc, token: () => token, ...filled });
    const client = { doc, provider, standard: false, said: [] as string[] };
    provider.on("error", (error: Error) => client.said.push(error.message));
    clients.set(name, client);
  },
  write({ name, mark, at }) {
    const text = of(name).doc.getText("text");
    const places = [0, ...[...text.toString()].flatMap((letter, index) => (letter === "]" ? [index + 1] : []))];
    text.insert(places[at % places.length] ?? 0, mark);
  },
  state({ name, state }) {
    of(name).provider.awareness.setLocalState(state);
  },
  offline({ name }) {
    of(name).provider.disconnect();
  },
  online({ name, url }) {
    const { provider, standard } = of(name);
    if (standard) provider.serverUrl = url;
    provider.connect();
  },
  kill({ name }) {
    of(name).provider.destroy();
    clients.delete(name);
  },
  look({ name }) {
    const { doc, provider, standard, said } = of(name);
    const others = [...provider.awareness.getStates()].filter(([id]) => id !== doc.clientID);
    const states = Object.fromEntries(others);
    const synced = standard ? provider.synced : provider.status === "synced";
    return { id: String(doc.clientID), text: doc.getText("text").toString(), synced, status: provider.status, saved: standard ? null : provider.saved, states, said };
  },
};

/** A text as a document of its own has it. */
function updateOf(text: string): Uint8Array {
  const doc = new Y.Doc();
  doc.getText("text").insert(0, text);
  return Y.encodeStateAsUpdate(doc);
}

function of(name: string): Client {
  const found = clients.get(name);
  if (found === undefined) throw new Error(`no client ${name}`);
  return found;
}

console.warn = () => {}; // y-websocket's word for what a server refuses
for await (const line of createInterface({ input: process.stdin })) {
  const { do: command, ...given } = JSON.parse(line);
  let answer: unknown;
  try {
    answer = commands[command]?.(given) ?? {};
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
