export { CollaborationError } from "./protocol.ts";
export type { Options, Status } from "./options.ts";
export { CollaborationProvider } from "./provider.ts";
