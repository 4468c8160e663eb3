import type { Awareness } from "y-protocols/awareness";
import type * as Y from "yjs";

import type { CollaborationError } from "./protocol.ts";

export type Status = "connecting" | "synced" | "disconnected";

export interface Options {
  /** The WebSocket API's address, `wss://…`; nothing is put into it. */
  url: string;
  pageId: string;
  doc: Y.Doc;
  /** Gives a token that has not ended; asked before each connection. */
  token: () => string | Promise<string>;
  awareness?: Awareness;
  /**
   * Makes what an empty page begins with, as an update of a document of its own (`Y.encodeStateAsUpdate`). The server
   * takes one client's and tells everybody, so it is not to be added to `doc`; a page that holds anything stays as it is.
   */
  seed?: () => Uint8Array;
  /** False to wait for `connect()`. */
  connect?: boolean;
  WebSocket?: typeof WebSocket;
}

export type Events = {
  status: (status: Status) => void;
  /** Whether everything that was written here is kept by the server. */
  saved: (saved: boolean) => void;
  /** Something was refused; with an update, that part of the document will not be kept as it is. */
  error: (error: CollaborationError, update: Uint8Array | undefined) => void;
};
