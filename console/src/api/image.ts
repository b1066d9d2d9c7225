/** Images of the engine on the manager's node. */

export interface Image {
  /** `<none>` where it has no name. */
  repository: string;
  /** `<none>` where it has none. */
  tag: string;
  id: string;
  digest?: string;
  created_unix_ms: number;
  size_bytes: number;
}

export interface ImageList {
  /** The newest first. */
  images: Image[];
}

export interface ImagePush {
  reference: string;
  target?: string;
  /** Sends it to these nodes instead of to a registry; to all that are ready where it is empty. */
  to_nodes?: string[];
}
