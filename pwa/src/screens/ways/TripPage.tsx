export function TripPage({ road }: { road: string | null }) {
  return <p>{road}</p>;
}
