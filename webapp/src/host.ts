// What Mattermost's web app, the host, offers to a plugin and expects of it;
// only the parts in use. Source: Mattermost's developer documentation, "Web app
// plugin SDK reference".

/** A plugin in the hands of the host. */
export interface HostedPlugin {
  /** Called once after the plugin was registered. */
  initialize(): void;
  /** Called when the plugin is disabled or replaced by a newer version. */
  uninitialize(): void;
}

declare global {
  interface Window {
    /** Gives the host the plugin with this id; it is initialized at once. */
    registerPlugin(id: string, plugin: HostedPlugin): void;
  }
}
