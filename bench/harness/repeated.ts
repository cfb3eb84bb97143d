/** Measures again and again, one after the other. */
export async function repeated<Found>(
  rounds: number,
  measure: () => Promise<Found>,
): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (let round = 0; round < rounds; round += 1) found.push(await measure());
  return found;
}
