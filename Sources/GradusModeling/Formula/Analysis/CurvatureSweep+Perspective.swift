// SPDX-License-Identifier: Apache-2.0

extension CurvatureSweep {
  /// a·f(p₁/a, p₂/a, …) with a > 0 and all pₖ affine bends as f does (the perspective of f).
  ///
  /// Terms c·a + d beside f are taken along: a·(c·a + d) bends by the sign of c. Nil where node b is no such formula.
  /// Source: Hiriart-Urruty & Lemaréchal, *Convex Analysis and Minimization Algorithms* I (1993), IV.2.2.
  func perspective(_ b: Int, over a: Int, depth: Int = 0, isInside: Bool = false) -> Curvature {
    if nodes[b] == .constant { return .constant }
    if depth > 40 { return .unknown }
    let operation = program.graph.operations[b]
    let places = program.graph.range(of: Int32(b))
    switch operation {
    case .quotient: return argument(1, b) == a && nodes[argument(0, b)].isAffine ? .affine : .unknown
    case .sum:
      return places.reduce(Curvature.constant) { total, p in
        let child = Int(program.graph.arguments[p])
        var known = perspective(child, over: a, depth: depth + 1, isInside: isInside)
        if known == .unknown, !isInside, let factor = factor(child, of: a) {
          known = factor > 0 ? .convex : .concave
        }
        return total + (program.graph.weights[p] >= 0 ? known : -known)
      }
    default:
      if operation.arity != 1 || operation.isLogical { return .unknown }
      let c = argument(0, b)
      let inner = perspective(c, over: a, depth: depth + 1, isInside: true)
      return operation.shape(on: ranges[c], number: program.graph.numbers[b]).composed(inner)
    }
  }

  /// c ≠ 0 where node b = c·a + d for affine nodes.
  private func factor(_ b: Int, of a: Int) -> Double? {
    guard nodes[b].isAffine, nodes[a].isAffine, let top = program.graph.affine(Int32(b)),
      let bottom = program.graph.affine(Int32(a))
    else { return nil }
    return top.multiple(of: bottom)?.factor
  }

  /// (c·b + d)/b = c + d/b for affine b that does not change its sign.
  func affineQuotient(_ a: Int, _ b: Int) -> Curvature {
    guard nodes[a].isAffine, nodes[b].isAffine, ranges[b].lower > 0 || ranges[b].upper < 0,
      let top = program.graph.affine(Int32(a)), let bottom = program.graph.affine(Int32(b)),
      let (_, remainder) = top.multiple(of: bottom)
    else { return .unknown }
    if remainder == 0 { return .constant }
    return (remainder > 0) == (ranges[b].lower > 0) ? .convex : .concave
  }
}
