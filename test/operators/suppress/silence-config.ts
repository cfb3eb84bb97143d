export const config = (over: object = {}) => ({
  silences: [
    {
      id: 'disks',
      matchers: '{host=~"db-.+"}',
      startsAt: 1_000,
      endsAt: 2_000,
      location: 'tocsin.yaml:7',
      ...over,
    },
  ],
});
