// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
package import GradusNumerics

/// Values and rates of change of all nodes of a program along x + t·d, t ≥ 0, as intervals that hold them for every t:
///
///     V(t) ∈ f(V(arguments)) ∩ (V(0) + [0, ∞)·V′),   V′ = Σ ∂f/∂argument · argument′
///
/// The second form keeps what does not change along the ray from being widened by its arguments. A node that may be
/// undefined somewhere on the ray has the whole line for both. All arithmetic rounds outward.
package struct RaySweep: Sendable {
  package private(set) var origin: [Interval] = []
  package private(set) var values: [Interval] = []
  package private(set) var rates: [Interval] = []
  private let program: FormulaProgram
  private let point: Vector
  private let direction: Vector
  private static let future = Interval(0, .infinity)

  package init(_ program: FormulaProgram, from x: Vector, along d: Vector) {
    self.program = program
    point = x
    direction = d
    let graph = program.graph
    for i in 0..<graph.count {
      let node = step(i, graph)
      origin.append(node.origin)
      rates.append(node.rate)
      let drift = node.origin + (node.rate * Self.future)
      let value = node.value.intersection(drift)
      values.append(value.isEmpty ? .whole : value)
    }
  }

  private typealias Node = (origin: Interval, value: Interval, rate: Interval)
  private static let unknown: Node = (.whole, .whole, .whole)

  private func step(_ i: Int, _ graph: FormulaGraph) -> Node {
    let range = graph.range(of: Int32(i))
    let arguments = range.map { Int(graph.arguments[$0]) }
    let number = graph.numbers[i]
    switch graph.operations[i] {
    case .constant: return (Interval(number), Interval(number), Interval(0))
    case .variable:
      let j = Int(number)
      let x = Interval(point[j])
      let reach = direction[j] == 0 ? x : x + (direction[j] * Self.future)
      return (x, reach, Interval(direction[j]))
    case .parameter: return Self.unknown
    case .sum:
      var total: Node = (Interval(number), Interval(number), Interval(0))
      for p in range {
        let (w, a) = (graph.weights[p], Int(graph.arguments[p]))
        total.origin = total.origin + w * origin[a]
        total.value = total.value + w * values[a]
        total.rate = total.rate + w * rates[a]
      }
      return total
    case .conditional: return Self.unknown
    default:
      return arguments.count == 1
        ? unary(graph.operations[i], arguments[0], number) : binary(graph.operations[i], arguments[0], arguments[1])
    }
  }

  private func unary(_ operation: FormulaOperation, _ a: Int, _ number: Double) -> Node {
    guard operation.isDefined(on: values[a], number: number) else { return Self.unknown }
    let slopes = operation.slopes(on: values[a], number: number)
    let rate = rates[a] == Interval(0) ? Interval(0) : slopes * rates[a]
    return (
      operation.interval(origin[a], number: number), operation.interval(values[a], number: number),
      rate.isEmpty ? .whole : rate
    )
  }

  private func binary(_ operation: FormulaOperation, _ a: Int, _ b: Int) -> Node {
    guard operation.isDefined(on: values[a], values[b]) else { return Self.unknown }
    let (left, right) = operation.slopes(on: values[a], values[b])
    func part(_ slope: Interval, _ rate: Interval) -> Interval { rate == Interval(0) ? Interval(0) : slope * rate }
    let rate = part(left, rates[a]) + part(right, rates[b])
    return (
      operation.interval(origin[a], origin[b]), operation.interval(values[a], values[b]), rate.isEmpty ? .whole : rate
    )
  }

  private func node(_ root: FormulaGraph.Node?) -> Node {
    root.map { (origin[Int($0)], values[Int($0)], rates[Int($0)]) } ?? (Interval(0), Interval(0), Interval(0))
  }

  private func add(_ weight: Double, _ j: Int, to total: inout Node) {
    let x = Interval(point[j])
    total.origin = total.origin + weight * x
    total.value = total.value + weight * (direction[j] == 0 ? x : x + (direction[j] * Self.future))
    total.rate = total.rate + weight * Interval(direction[j])
  }

  /// All roots at once: rows, and the objective last.
  package func roots() -> [(value: Interval, rate: Interval)] {
    var totals = program.rows.map(node)
    totals.append(node(program.objective))
    totals[program.constraintCount].origin =
      totals[program.constraintCount].origin + Interval(program.linear.objectiveOffset)
    totals[program.constraintCount].value =
      totals[program.constraintCount].value + Interval(program.linear.objectiveOffset)
    let matrix = program.linear.matrix
    for j in 0..<program.variableCount {
      for p in matrix.range(ofColumn: j) where matrix.values[p] != 0 {
        add(matrix.values[p], j, to: &totals[Int(matrix.rows[p])])
      }
      if program.linear.costs[j] != 0 { add(program.linear.costs[j], j, to: &totals[program.constraintCount]) }
    }
    return totals.map { total in
      let drift = total.origin + (total.rate * Self.future)
      let both = total.value.intersection(drift)
      return (value: both.isEmpty ? Interval.whole : both, rate: total.rate)
    }
  }
}

extension FormulaOperation {
  /// True when the operation is a number, and differentiable unless it says otherwise, for every argument in `a`.
  fileprivate func isDefined(on a: Interval, number: Double) -> Bool {
    if a.isEmpty { return false }
    switch self {
    case .constantPower:
      if number == number.rounded() { return number >= 0 || !a.contains(0) }
      return a.lower > 0
    case .squareRoot, .logarithm, .logarithm10: return a.lower > 0
    case .arcSine, .arcCosine, .inverseHyperbolicTangent: return a.lower > -1 && a.upper < 1
    case .inverseHyperbolicCosine: return a.lower > 1
    case .tangent: return !a.tangent.contains(.infinity)
    default: return true
    }
  }

  fileprivate func isDefined(on a: Interval, _ b: Interval) -> Bool {
    if a.isEmpty || b.isEmpty { return false }
    switch self {
    case .quotient: return !b.contains(0)
    case .power: return a.lower > 0
    case .remainder, .integerQuotient: return false
    default: return true
    }
  }
}
