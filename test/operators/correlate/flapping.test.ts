import { describe, expect, it } from 'vitest';
import { config } from './joining.ts';
import { alertOf, bench, minuteMs, secondMs } from './tellings.ts';

describe('a check that goes on and off', () => {
  /** Flaps on the database for `minutes`, then the database fails; whether that joins. */
  function failureJoins(minutes: number): boolean {
    const { tell, end } = bench(config);
    const flap = (from: number) => tell(alertOf({ service: 'db', name: 'LinkUnstable', from }));
    const { incident } = flap(0);
    for (let at = 60 * secondMs; at < minutes * minuteMs; at += 60 * secondMs) {
      end(alertOf({ service: 'db', name: 'LinkUnstable', from: at - 60 * secondMs }), at - 30 * secondMs);
      expect(flap(at).incident?.id).toBe(incident?.id);
    }
    return (
      tell(alertOf({ service: 'db', name: 'DiskFull', from: minutes * minuteMs })).incident?.id ===
      incident?.id
    );
  }

  it('is news when it begins', () => {
    expect(failureJoins(1)).toBe(true);
  });

  it('draws in nothing when it has done so for long', () => {
    expect(failureJoins(12)).toBe(false);
  });
});

describe('a failure that comes back while a flapping check kept its incident open', () => {
  const flapEveryMs = 2 * minuteMs;

  /** The checkout fails and recovers; 20 minutes later it fails again. */
  function isSameIncident({ rootEndsAt }: { readonly rootEndsAt: number | null }): boolean {
    const { tell, end } = bench(config);
    const errors = (from: number) => alertOf({ service: 'checkout', name: 'ErrorsHigh', from });
    const root = alertOf({ service: 'checkout', name: 'OutOfMemory', severity: 'critical' });
    const first = tell(root);
    tell(errors(secondMs));
    end(errors(secondMs), 3 * minuteMs);
    for (let at = 2 * secondMs; at < 20 * minuteMs; at += flapEveryMs) {
      const flap = alertOf({ service: 'checkout', name: 'LinkUnstable', from: at });
      tell(flap);
      if (rootEndsAt !== null && at < rootEndsAt && rootEndsAt <= at + flapEveryMs) end(root, rootEndsAt);
      end(flap, at + minuteMs);
    }
    return tell(errors(20 * minuteMs)).incident?.id === first.incident?.id;
  }

  it('is another incident', () => {
    expect(isSameIncident({ rootEndsAt: 3 * minuteMs })).toBe(false);
  });

  it('is the same one when its cause fired throughout', () => {
    expect(isSameIncident({ rootEndsAt: null })).toBe(true);
  });
});
