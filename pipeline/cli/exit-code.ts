/** Exit codes of every command; 64 and up as in BSD's sysexits.h. */
export const exitCodes = {
  done: 0,
  /** The command worked, and the thing it checked is false. */
  checkedFalse: 1,
  usage: 64,
  unreachable: 69,
  bug: 70,
  configInvalid: 78,
  /** Ended by SIGINT (128 + 2), as a shell would say it. */
  interrupted: 130,
} as const;
