export { CollaborationError } from "./protocol.ts";
export { CollaborationProvider, type Options, type Status } from "./provider.ts";
