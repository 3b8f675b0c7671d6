import { describe } from "vitest";
import type { Warehouse } from "../../src/ports/warehouse.ts";
import { adapterContract } from "./adapter-contract.ts";
import { buildContract } from "./build-contract.ts";
import { correctionContract } from "./correction-contract.ts";
import { deletesContract } from "./deletes-contract.ts";
import { evolveContract } from "./evolve-contract.ts";
import { fencingContract } from "./fencing-contract.ts";
import { gateContract } from "./gate-contract.ts";
import { historyContract } from "./history-contract.ts";
import { loadContract } from "./load-contract.ts";
import { partitionContract } from "./partition-contract.ts";
import { probeContract } from "./probe-contract.ts";
import { quarantineContract } from "./quarantine-contract.ts";
import { readingContract } from "./reading-contract.ts";
import { undoContract } from "./undo-contract.ts";
import { warehouseScene } from "./warehouse-scene.ts";

/** What every Warehouse must do. `open` gives the same warehouse again for the same folder. */
export function warehouseContract(
  name: string,
  open: (folder: string) => Promise<Warehouse>,
): void {
  describe(`${name} is a Warehouse`, () => {
    const scene = warehouseScene(open);
    loadContract(scene);
    evolveContract(scene);
    readingContract(scene);
    gateContract(scene);
    buildContract(scene);
    adapterContract(scene);
    correctionContract(scene);
    quarantineContract(scene);
    fencingContract(scene);
    probeContract(scene);
    undoContract(scene);
    partitionContract(scene);
    historyContract(scene);
    deletesContract(scene);
  });
}
