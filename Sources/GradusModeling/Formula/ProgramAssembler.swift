// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

/// Rebuilds the reachable part of a graph for a program: variables first, parameters replaced by their numbers, sums
/// inside sums opened where nobody else uses them, and the linear terms of each root set apart. Cost: linear in the graph.
package struct ProgramAssembler {
  /// A root taken apart: offset + Σ weight·variable + node.
  package struct Root {
    package var offset = 0.0
    package var linear: [(weight: Double, column: Int)] = []
    package var node: FormulaGraph.Node?
  }

  package private(set) var graph = FormulaGraph()
  private let source: FormulaGraph
  private let parameters: [Double]
  /// Node of the new graph for each old one; −1 where it was not built (unreachable or opened inside a sum).
  private var image: [FormulaGraph.Node]
  /// Of each node of the new graph, as it was when the copy was complete.
  private var isAffine: [Bool] = []

  /// Copies what `roots` need. `parameters` holds the numbers by index.
  package init(
    _ source: FormulaGraph, variableCount: Int, parameters: [Double] = [], roots: some Sequence<FormulaGraph.Node>
  ) {
    self.source = source
    self.parameters = parameters
    image = [FormulaGraph.Node](repeating: -1, count: source.count)
    for j in 0..<variableCount { _ = graph.variable(j) }
    let opened = classify(roots)
    for i in 0..<source.count where opened[i] == 1 { image[i] = copy(FormulaGraph.Node(i)) }
    isAffine.reserveCapacity(graph.count)
    for i in 0..<graph.count {
      switch graph.operations[i] {
      case .constant, .variable: isAffine.append(true)
      case .sum: isAffine.append(graph.range(of: Int32(i)).allSatisfy { isAffine[Int(graph.arguments[$0])] })
      default: isAffine.append(false)
      }
    }
  }

  /// 0: not needed; 1: built; 2: a sum that only one other sum uses and that is opened there.
  private func classify(_ roots: some Sequence<FormulaGraph.Node>) -> [UInt8] {
    var uses = [Int32](repeating: 0, count: source.count)
    var usedOutsideSums = [Bool](repeating: false, count: source.count)
    for root in roots {
      uses[Int(root)] += 1
      usedOutsideSums[Int(root)] = true
    }
    var state = [UInt8](repeating: 0, count: source.count)
    for i in stride(from: source.count - 1, through: 0, by: -1) where uses[i] > 0 {
      let isSum = source.operations[i] == .sum
      state[i] = isSum && uses[i] == 1 && !usedOutsideSums[i] ? 2 : 1
      for p in source.range(of: FormulaGraph.Node(i)) {
        let child = Int(source.arguments[p])
        uses[child] += 1
        if !isSum { usedOutsideSums[child] = true }
      }
    }
    return state
  }

  private mutating func copy(_ node: FormulaGraph.Node) -> FormulaGraph.Node {
    let i = Int(node)
    let first = source.range(of: node).lowerBound
    func argument(_ k: Int) -> FormulaGraph.Node { image[Int(source.arguments[first + k])] }
    switch source.operations[i] {
    case .constant: return graph.constant(source.numbers[i])
    case .variable: return FormulaGraph.Node(Int(source.numbers[i]))
    case .parameter: return graph.constant(parameters[Int(source.numbers[i])])
    case .sum:
      let (offset, terms) = opened(node)
      return graph.sum(terms.map { ($0.weight, $0.node) }, offset: offset)
    case .square: return graph.power(argument(0), exponent: 2)
    case .constantPower: return graph.power(argument(0), exponent: source.numbers[i])
    case .conditional: return graph.conditional(argument(0), argument(1), argument(2))
    default:
      return source.operations[i].arity == 1
        ? graph.unary(source.operations[i], argument(0))
        : graph.binary(source.operations[i], argument(0), argument(1))
    }
  }

  /// The terms of a sum in the new graph, with the sums inside it opened; a stack, so depth does not matter.
  private func opened(_ node: FormulaGraph.Node) -> (Double, [(weight: Double, node: FormulaGraph.Node)]) {
    var offset = 0.0
    var terms: [(weight: Double, node: FormulaGraph.Node)] = []
    var stack: [(weight: Double, node: FormulaGraph.Node)] = [(1, node)]
    while let (weight, sum) = stack.popLast() {
      let built = sum == node ? -1 : image[Int(sum)]
      if built >= 0 {
        terms.append((weight, built))
        continue
      }
      offset += weight * source.numbers[Int(sum)]
      for p in source.range(of: sum).reversed() { stack.append((weight * source.weights[p], source.arguments[p])) }
    }
    return (offset, terms)
  }

  /// Takes a root of the source apart. The remaining node is a sum without affine terms and without an offset, or any
  /// other node. Affine sums are opened even where other rows share them: a row of linear terms must be seen to be linear.
  ///
  /// Users come before arguments, so each sum is opened once with its whole weight, however often it occurs.
  package mutating func root(_ node: FormulaGraph.Node) -> Root {
    let built = image[Int(node)]
    var result = Root()
    var rest: [(weight: Double, node: FormulaGraph.Node)] = []
    let sums = openedSums(under: built)
    var weights = [Double](repeating: 0, count: sums.count)
    if !weights.isEmpty { weights[0] = 1 }
    var place: [FormulaGraph.Node: Int] = [:]
    for (k, sum) in sums.enumerated() { place[sum] = k }
    func take(_ weight: Double, _ term: FormulaGraph.Node) {
      if let value = graph.constant(at: term) {
        result.offset += weight * value
      } else if graph.operations[Int(term)] == .variable {
        result.linear.append((weight, Int(term)))
      } else if let k = place[term] {
        weights[k] += weight
      } else {
        rest.append((weight, term))
      }
    }
    if sums.isEmpty { take(1, built) }
    for (k, sum) in sums.enumerated() {
      result.offset += weights[k] * graph.numbers[Int(sum)]
      for p in graph.range(of: sum) { take(weights[k] * graph.weights[p], graph.arguments[p]) }
    }
    if !rest.isEmpty { result.node = graph.sum(rest) }
    return result
  }

  /// The root where it is a sum, and the affine sums it reaches through sums, users before arguments.
  private func openedSums(under root: FormulaGraph.Node) -> [FormulaGraph.Node] {
    guard graph.operations[Int(root)] == .sum else { return [] }
    var found: Set<FormulaGraph.Node> = [root]
    var stack = [root]
    while let sum = stack.popLast() {
      for p in graph.range(of: sum) {
        let term = graph.arguments[p]
        if graph.operations[Int(term)] == .sum, isAffine[Int(term)], found.insert(term).inserted { stack.append(term) }
      }
    }
    return found.sorted(by: >)
  }
}
