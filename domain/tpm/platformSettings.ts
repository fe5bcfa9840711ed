/**
 * What the platform's firmware has set: the commands that need physical presence when the platform
 * authorizes them, and the set of algorithms that it chose, which means nothing here.
 * Part 3, 26 Miscellaneous Management Functions
 */
export type PlatformSettings = {
  readonly presenceCommands: readonly number[];
  readonly algorithmSet: number;
};

/** The facts about what the platform has set. */
export type PlatformSettingsEvent =
  | { readonly type: 'PresenceCommandsSet'; readonly commands: readonly number[] }
  | { readonly type: 'AlgorithmSetChosen'; readonly algorithmSet: number };

type Of<K extends PlatformSettingsEvent['type']> = Extract<PlatformSettingsEvent, { type: K }>;

/** What each fact does to the settings. */
export const platformSettingsEvolvers = {
  PresenceCommandsSet: (
    settings: PlatformSettings,
    { commands }: Of<'PresenceCommandsSet'>,
  ): PlatformSettings => ({ ...settings, presenceCommands: commands }),
  AlgorithmSetChosen: (
    settings: PlatformSettings,
    { algorithmSet }: Of<'AlgorithmSetChosen'>,
  ): PlatformSettings => ({ ...settings, algorithmSet }),
};

/** As manufactured. */
export const PLATFORM_DEFAULTS: PlatformSettings = { presenceCommands: [], algorithmSet: 0 };
