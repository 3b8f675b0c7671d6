/** What became of one event that came in by a gateway. */
export interface GatewayReceipt {
  readonly source: string;
  readonly id: string;
  /** False when it had been received before. */
  readonly isNew: boolean;
}

/** What a gateway works for. */
export interface GatewayOptions {
  /** The address to listen at: a name or number of this machine. */
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
  /** Whether whoever has this token may send signals. */
  isAllowed(token: string): boolean;
  /** Whether cycles are run: false while it begins, and while it ends. */
  isReady(): boolean;
  /**
   * Takes CloudEvents in, as JSON from anybody; all or none, durable when it is fulfilled.
   * @throws SIGNAL_INVALID, NOT_FOUND, INBOX_FULL
   */
  receive(events: readonly unknown[]): Promise<readonly GatewayReceipt[]>;
}

/** A gateway that listens, until it is closed. */
export interface OpenGateway extends AsyncDisposable {
  /** Where signals are sent. */
  readonly url: string;
}

/** Lets other programs send signals over the network. */
export interface SignalGateway {
  /** @throws GATEWAY_FAILED when the address cannot be listened at */
  open(options: GatewayOptions): Promise<OpenGateway>;
}
