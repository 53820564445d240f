// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

/// The curvature of every node of a program over a box, by the rules of disciplined convex programming with the signs
/// that interval arithmetic proves.
///
/// Beyond the rules of composition: a²/b, norms √(Σ wᵢaᵢ² + c), x·log x, log Σ exp, perspectives a·f(p/a), quotients of
/// proportional affine formulas, products of powers with nonpositive exponents (log-convex formulas) and the geometric mean
/// (weighted products of powers ≥ 0 whose exponents add up to at most one). "Unknown" says that no rule applied, not that
/// the formula is nonconvex. Cost: one pass.
package struct CurvatureSweep: Sendable {
  package private(set) var nodes: [Curvature]
  /// log of the node is convex, as is then the node itself.
  private var isLogConvex: [Bool]
  let program: FormulaProgram
  let ranges: [Interval]

  /// `ranges` of all nodes, as `IntervalSweep` finds them.
  package init(_ program: FormulaProgram, ranges: [Interval]) {
    self.program = program
    self.ranges = ranges
    nodes = [Curvature](repeating: .unknown, count: program.graph.count)
    isLogConvex = [Bool](repeating: false, count: program.graph.count)
    for j in 0..<program.variableCount { nodes[j] = ranges[j].isPoint ? .constant : .affine }
    for i in program.variableCount..<program.graph.count {
      isLogConvex[i] = logConvexity(i)
      nodes[i] = curvature(i)
    }
  }

  /// Of row i with its linear part; of the objective for i = number of rows.
  package func curvature(ofRow i: Int) -> Curvature {
    let node = i == program.constraintCount ? program.objective : program.rows[i]
    return node.map { nodes[Int($0)] + .affine } ?? .affine
  }

  func argument(_ k: Int, _ i: Int) -> Int { Int(program.graph.argument(k, of: Int32(i))) }

  private func curvature(_ i: Int) -> Curvature {
    let graph = program.graph
    let operation = graph.operations[i]
    let places = graph.range(of: Int32(i))
    if operation == .constant { return .constant }
    if places.allSatisfy({ nodes[Int(graph.arguments[$0])] == .constant }) { return .constant }
    switch operation {
    case .sum:
      return places.reduce(Curvature.constant) { total, p in
        let child = nodes[Int(graph.arguments[p])]
        return total + (graph.weights[p] >= 0 ? child : -child)
      }
    case .product: return product(i)
    case .quotient: return quotient(i)
    case .power: return isLogConvex[i] ? .convex : .unknown
    case .maximum: return places.allSatisfy { nodes[Int(graph.arguments[$0])].isConvex } ? .convex : .unknown
    case .minimum: return places.allSatisfy { nodes[Int(graph.arguments[$0])].isConcave } ? .concave : .unknown
    case .conditional:
      let condition = ranges[argument(0, i)]
      if condition == Interval(0) { return nodes[argument(2, i)] }
      return condition.contains(0) ? .unknown : nodes[argument(1, i)]
    case .squareRoot where isNorm(argument(0, i)): return .convex
    case .logarithm where isLogConvex[argument(0, i)], .logarithm10 where isLogConvex[argument(0, i)]: return .convex
    default:
      if operation.arity != 1 || operation.isLogical { return .unknown }
      let a = argument(0, i)
      let known = operation.shape(on: ranges[a], number: graph.numbers[i]).composed(nodes[a])
      if known == .unknown, isLogConvex[i] { return .convex }
      if known == .unknown, operation == .squareRoot || operation == .constantPower, isGeometricMean(i) {
        return .concave
      }
      return known
    }
  }

  private func product(_ i: Int) -> Curvature {
    if isLogConvex[i] { return .convex }
    let (a, b) = (argument(0, i), argument(1, i))
    for (scale, other) in [(a, b), (b, a)] where nodes[scale] == .constant {
      if ranges[scale].lower >= 0 { return nodes[other] }
      if ranges[scale].upper <= 0 { return -nodes[other] }
    }
    // a·log a = −entropy.
    for (x, l) in [(a, b), (b, a)]
    where program.graph.operations[l] == .logarithm && argument(0, l) == x && nodes[x].isAffine {
      return .convex
    }
    if isGeometricMean(i) { return .concave }
    for (scale, other) in [(a, b), (b, a)] where nodes[scale].isAffine && ranges[scale].lower >= 0 {
      let known = perspective(other, over: scale)
      if known != .unknown { return known }
    }
    return .unknown
  }

  private func quotient(_ i: Int) -> Curvature {
    let (a, b) = (argument(0, i), argument(1, i))
    let (top, bottom) = (ranges[a], ranges[b])
    if nodes[b] == .constant, bottom.lower > 0 || bottom.upper < 0 { return bottom.lower > 0 ? nodes[a] : -nodes[a] }
    if isLogConvex[i] { return .convex }
    // c / g: convex for c > 0 where g > 0 is concave or g < 0 … and the mirror images.
    if nodes[a] == .constant, top.lower >= 0 || top.upper <= 0 {
      var result = Curvature.unknown
      if bottom.lower >= 0, nodes[b].isConcave { result = .convex }
      if bottom.upper <= 0, nodes[b].isConvex { result = .concave }
      return top.lower >= 0 ? result : -result
    }
    // a²/b with a affine and b > 0 concave, or b < 0 convex.
    if program.graph.operations[a] == .square, nodes[argument(0, a)].isAffine {
      if bottom.lower >= 0, nodes[b].isConcave { return .convex }
      if bottom.upper <= 0, nodes[b].isConvex { return .concave }
    }
    return affineQuotient(a, b)
  }

  /// Whether √ of node a is a Euclidean norm of affine formulas: a = c + Σ wᵢ·affineᵢ² with c, w ≥ 0, or one square.
  private func isNorm(_ a: Int) -> Bool {
    let graph = program.graph
    func isSquare(_ k: Int) -> Bool { graph.operations[k] == .square && nodes[argument(0, k)].isAffine }
    if isSquare(a) { return true }
    guard graph.operations[a] == .sum, graph.numbers[a] >= 0 else { return false }
    return graph.range(of: Int32(a)).allSatisfy { graph.weights[$0] >= 0 && isSquare(Int(graph.arguments[$0])) }
  }

  private func logConvexity(_ i: Int) -> Bool {
    let graph = program.graph
    let number = graph.numbers[i]
    switch graph.operations[i] {
    case .constant: return number > 0
    case .sum:
      return number >= 0
        && graph.range(of: Int32(i)).allSatisfy { graph.weights[$0] >= 0 && isLogConvex[Int(graph.arguments[$0])] }
    case .product: return isLogConvex[argument(0, i)] && isLogConvex[argument(1, i)]
    case .quotient:
      let b = argument(1, i)
      return isLogConvex[argument(0, i)] && ranges[b].lower >= 0 && nodes[b].isConcave
    case .exponential: return nodes[argument(0, i)].isConvex
    case .square: return isLogConvex[argument(0, i)]
    case .squareRoot: return isLogConvex[argument(0, i)]
    case .constantPower:
      let a = argument(0, i)
      return number >= 0 ? isLogConvex[a] : ranges[a].lower >= 0 && nodes[a].isConcave
    case .power:
      // c^g = exp(g·log c)
      let (a, b) = (argument(0, i), argument(1, i))
      guard graph.operations[a] == .constant, graph.numbers[a] > 0 else { return false }
      return graph.numbers[a] >= 1 ? nodes[b].isConvex : nodes[b].isConcave
    default: return false
    }
  }

  /// Whether node i is Π aₖ^pₖ with concave aₖ ≥ 0, pₖ ≥ 0 and Σ pₖ ≤ 1.
  private func isGeometricMean(_ i: Int) -> Bool {
    let graph = program.graph
    var total = 0.0
    var stack = [(node: i, exponent: 1.0)]
    var visited = 0
    while let (node, exponent) = stack.popLast() {
      visited += 1
      if visited > 10_000 { return false }
      switch graph.operations[node] {
      case .product:
        stack.append((argument(0, node), exponent))
        stack.append((argument(1, node), exponent))
      case .square: stack.append((argument(0, node), exponent * 2))
      case .squareRoot: stack.append((argument(0, node), exponent / 2))
      case .constantPower where graph.numbers[node] > 0:
        stack.append((argument(0, node), exponent * graph.numbers[node]))
      default:
        guard ranges[node].lower >= 0, nodes[node].isConcave else { return false }
        total += exponent
      }
      // Whole powers keep their value for negative bases; the factors must be proved nonnegative one by one.
      if node != i, ranges[node].lower < 0 { return false }
    }
    return total <= 1
  }
}
