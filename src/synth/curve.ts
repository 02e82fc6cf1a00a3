/** A line through points, in order of x. */
export type Curve = readonly (readonly [x: number, y: number])[];

/** Points written as `0:64 0.3:75 1:104`. */
export function curve(text: string): Curve {
  return text.split(' ').map((point) => {
    const [x, y] = point.split(':');
    return [Number(x), Number(y)] as const;
  });
}

/** The curve's height, that of the last point beyond it. */
export function heightAt(points: Curve, x: number): number {
  const next = points.findIndex(([at]) => at >= x);
  const [rightX, right] = points[next] ?? points[points.length - 1] ?? [0, 0];
  const [leftX, left] = points[next - 1] ?? [rightX, right];
  return rightX === leftX ? right : left + ((right - left) * (x - leftX)) / (rightX - leftX);
}
