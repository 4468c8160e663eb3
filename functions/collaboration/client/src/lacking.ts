import * as Y from "yjs";

/**
 * What a server lacks of a document, going by what it said of itself; undefined when it has all of it.
 *
 * `vector` is the server's state vector, which it leaves out for a page of thousands of authors. `synced` is the update
 * it sent, which holds everything that is deleted there.
 */
export function lacking(doc: Y.Doc, vector: Uint8Array | undefined, synced: Uint8Array): Uint8Array | undefined {
  const update = Y.encodeStateAsUpdate(doc, vector);
  const own = Y.mergeDeleteSets([Y.createDeleteSetFromStructStore(doc.store)]);
  const theirs = Y.mergeDeleteSets([Y.decodeUpdate(synced).ds]);
  const written = vector === undefined || Y.decodeUpdate(update).structs.length > 0;
  return written || !deletedThere(own, theirs) ? update : undefined;
}

type DeleteSet = ReturnType<typeof Y.mergeDeleteSets>;

/** Whether each range of one set lies in a range of the other; both are merged and sorted. */
function deletedThere(own: DeleteSet, theirs: DeleteSet): boolean {
  for (const [client, ranges] of own.clients) {
    const found = theirs.clients.get(client) ?? [];
    for (const { clock, len } of ranges) {
      if (!found.some((range) => range.clock <= clock && clock + len <= range.clock + range.len)) return false;
    }
  }
  return true;
}
