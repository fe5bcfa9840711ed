/** A TPM of a machine, as the engine shows it. */
export type ShownTpm = {
  readonly incarnation: string;
  readonly stream: string;
  readonly version: number;
  readonly historyVersion: number;
  readonly lineage: string;
  readonly generation: number;
  readonly parent: ShownParent | null;
  readonly lineageCounter: number;
  readonly lineageRegister: string;
  readonly endorsement: {
    readonly status: string;
    readonly ekPublic?: Readonly<Record<string, string>>;
  };
  readonly phase?: string;
};

export type ShownParent = {
  readonly incarnation: string;
  readonly version: number;
  readonly reason: string;
};

/** A machine, as the engine shows it. */
export type ShownMachine = {
  readonly name: string;
  readonly account: string;
  readonly host: string;
  readonly state: string;
  readonly createdAt: string | null;
  readonly source: { readonly machine: string; readonly snapshot?: string } | null;
  readonly snapshots: readonly {
    readonly name: string;
    readonly historyVersion: number | null;
    readonly at: string;
  }[];
  readonly endpoints: readonly {
    readonly id: string;
    readonly protocol: string;
    readonly listen: string;
  }[];
  readonly tpm: ShownTpm | null;
};

/** One machine, or those that were made together. */
export type ShownMachines = ShownMachine | { readonly machines: readonly ShownMachine[] };

export function machinesOf(shown: ShownMachines): readonly ShownMachine[] {
  return 'machines' in shown ? shown.machines : [shown];
}
