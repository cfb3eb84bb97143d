import { describe, expect, it } from 'vitest';
import { Topology } from '../../../operators/correlate/topology.ts';

const limits = { maxHops: 3, maxFanIn: 8, maxNeighbours: 64 };

const chain = ['edge>api', 'api>checkout', 'checkout>db', 'db>disk'];

function graph(edges: readonly string[], changes: Partial<typeof limits> = {}): Topology {
  const parsed = edges.map((edge) => ({ from: edge.split('>')[0] ?? '', to: edge.split('>')[1] ?? '' }));
  return new Topology(parsed, { ...limits, ...changes });
}

const near = (topology: Topology, service: string) =>
  topology.near(service).map(({ service: name, hops }) => `${name}:${hops}`);

describe('near', () => {
  it.each([
    ['a service that the graph does not know is near to itself only', chain, 'mail', ['mail:0']],
    [
      'callers and dependencies are as near as they have hops',
      chain,
      'checkout',
      ['checkout:0', 'api:1', 'db:1', 'disk:2', 'edge:2'],
    ],
    ['nothing beyond maxHops is near', chain, 'edge', ['edge:0', 'api:1', 'checkout:2', 'db:3']],
    [
      'two services that share a dependency are near: it may fail for both',
      ['a>db', 'b>db'],
      'a',
      ['a:0', 'db:1', 'b:2'],
    ],
    [
      'two services that are only called by the same one are not near',
      ['web>a', 'web>b'],
      'a',
      ['a:0', 'web:1'],
    ],
    ['a cycle ends', ['a>b', 'b>a'], 'a', ['a:0', 'b:1']],
    ['an edge of a service to itself says nothing', ['a>a', 'a>b'], 'a', ['a:0', 'b:1']],
  ])('%s', (_, edges, service, expected) => {
    expect(near(graph(edges), service)).toEqual(expected);
  });

  it('a dependency of everybody relates nobody', () => {
    const edges = Array.from({ length: 9 }, (_, n) => `s${n}>auth`);
    expect(near(graph(edges), 's0')).toEqual(['s0:0', 'auth:1']);
    expect(near(graph(edges, { maxFanIn: 9 }), 's0')).toHaveLength(10);
  });

  it.each([
    ['a dependency counts in full', ['a>db', 'b>db', 'c>db'], 'db', 1],
    ['the only other dependent of the same one counts in full', ['a>db', 'b>db'], 'b', 1],
    ['of three dependents each says half as much of another', ['a>db', 'b>db', 'c>db'], 'b', 0.5],
    [
      'of several dependencies in common the one with the fewest dependents counts',
      ['a>db', 'b>db', 'c>db', 'a>q', 'b>q'],
      'b',
      1,
    ],
    ['what needs a sibling counts as the sibling', ['a>db', 'b>db', 'c>db', 'web>b'], 'web', 0.5],
  ])('%s', (_, edges, other, share) => {
    expect(graph(edges).near('a')).toContainEqual(expect.objectContaining({ service: other, share }));
  });

  it('keeps the nearest when there are too many', () => {
    expect(near(graph(chain, { maxNeighbours: 3 }), 'checkout')).toEqual(['checkout:0', 'api:1', 'db:1']);
  });

  it('does not depend on the order of the edges', () => {
    const edges = ['a>c', 'b>c', 'd>b', 'a>d', 'c>e'];
    expect(near(graph([...edges].reverse()), 'c')).toEqual(near(graph(edges), 'c'));
  });
});

describe('dependencies', () => {
  it.each([
    ['directly', 'checkout', 'db', true],
    ['through others', 'edge', 'disk', true],
    ['never the other way round', 'db', 'checkout', false],
    ['never on itself', 'db', 'db', false],
    ['never when the graph does not know it', 'mail', 'db', false],
  ])('a service depends %s', (_, service, on, expected) => {
    expect(graph(chain).dependencies(service).has(on)).toBe(expected);
  });
});
