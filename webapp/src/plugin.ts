// The plugin as Mattermost's web app sees it.
import type { HostedPlugin } from './host';

/**
 * msgbot in the web app. Threads, cards and buttons are drawn by Mattermost
 * itself, so there is nothing to add to the page yet.
 */
export class Plugin implements HostedPlugin {
  initialize(): void {
    // Nothing to register.
  }

  uninitialize(): void {
    // Nothing to take back.
  }
}
