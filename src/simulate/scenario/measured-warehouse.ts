import {
  type LoadRequest,
  type Outcome,
  SimulatedWarehouse,
  type TransformRequest,
} from "../store/simulated-warehouse.ts";

/** Hears of each effect once it has committed. */
export interface CommitListener {
  readonly loaded: (request: LoadRequest) => void;
  readonly transformed: (model: string) => void;
}

/** A warehouse that tells what was committed. */
export class MeasuredWarehouse extends SimulatedWarehouse {
  readonly #listener: CommitListener;

  constructor(listener: CommitListener) {
    super();
    this.#listener = listener;
  }

  override load(requests: readonly LoadRequest[]): readonly Outcome[] {
    const outcomes = super.load(requests);
    for (const [index, request] of requests.entries()) {
      if (outcomes[index]?.isRepeat === false) this.#listener.loaded(request);
    }
    return outcomes;
  }

  override transform(request: TransformRequest): Outcome {
    const outcome = super.transform(request);
    if (!outcome.isRepeat) this.#listener.transformed(request.model.name);
    return outcome;
  }
}
