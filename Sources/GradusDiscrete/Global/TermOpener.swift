// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics

/// Takes the formulas of a program apart into sums of terms that are easier to prove convex, equal to them at all points with
/// whole integers.
struct TermOpener {
  /// One row or the objective: bend·(Σ weight·node) is to be convex; bend 0 asks for nothing but linear parts and products.
  struct Draft {
    var lower: Double
    var upper: Double
    var bend: Double
    var offset = 0.0
    var linear: [Int: Double] = [:]
    var nodes: [Int32: Double] = [:]
    var products: [ExactProduct: Double] = [:]

    func isRight(_ curvature: CurvatureSweep) -> Bool {
      nodes.allSatisfy { node, weight in
        let known = curvature.nodes[Int(node)]
        return weight == 0 || bend != 0 && (weight * bend > 0 ? known.isConvex : known.isConcave)
      }
    }
  }

  private(set) var graph: FormulaGraph
  private let program: FormulaProgram
  private let box: [Interval]
  private let rows: SparseRows
  /// In how many products each variable occurs.
  private var uses: [Int]

  init(_ program: FormulaProgram, box: [Interval]) {
    self.program = program
    self.box = box
    uses = [Int](repeating: 0, count: program.variableCount)
    graph = program.graph
    rows = SparseRows(program)
    for i in program.graph.operations.indices where program.graph.operations[i] == .product {
      for p in program.graph.range(of: Int32(i)) {
        let child = program.graph.arguments[p]
        for j in program.graph.affine(child)?.columns ?? [] { uses[j] += 1 }
      }
    }
  }

  private var isMinimized: Bool { program.linear.sense == .minimize }

  /// The linear part of a row or, at the end and turned to minimization, of the objective.
  private func blank(_ i: Int) -> (draft: Draft, root: Int32?, weight: Double) {
    let form = program.linear
    if i == program.constraintCount {
      let sign = isMinimized ? 1.0 : -1.0
      var draft = Draft(lower: -.infinity, upper: .infinity, bend: 1)
      draft.offset = sign * form.objectiveOffset
      for j in form.costs.indices where form.costs[j] != 0 { draft.linear[j] = sign * form.costs[j] }
      return (draft, program.objective, sign)
    }
    let (lower, upper) = (form.rowLower[i], form.rowUpper[i])
    let bend = upper < .infinity ? (lower > -.infinity ? 0.0 : 1) : -1
    var draft = Draft(lower: lower, upper: upper, bend: bend)
    for (j, value) in rows[i] { draft.linear[j, default: 0] += value }
    return (draft, program.rows[i], 1)
  }

  /// The whole formula as one term.
  func whole(part i: Int) -> Draft {
    var (draft, root, weight) = blank(i)
    if let root { draft.nodes[root] = weight }
    return draft
  }

  /// Everything taken apart as far as it goes.
  mutating func open(part i: Int) -> Draft {
    var (draft, root, weight) = blank(i)
    if let root { open(root, weight, into: &draft) }
    return draft
  }

  /// Another way: a product of powers as a sum of logarithms, a quadratic form as a sum of squares, or as exact products.
  mutating func reopen(part i: Int, _ first: Draft) -> Draft {
    if let draft = logarithms(first) { return draft }
    if let draft = squares(first) { return draft }
    return exactProducts(first) ?? first
  }

  private mutating func open(_ root: Int32, _ factor: Double, into draft: inout Draft) {
    var stack: [(node: Int32, weight: Double)] = [(root, factor)]
    var steps = 0
    while let (node, weight) = stack.popLast() {
      steps += 1
      // Beyond this the formula stays as it is.
      if steps > 100_000 {
        draft.nodes[node, default: 0] += weight
        continue
      }
      switch graph.operations[Int(node)] {
      case .constant: draft.offset += weight * graph.numbers[Int(node)]
      case .variable: draft.linear[Int(node), default: 0] += weight
      case .sum:
        draft.offset += weight * graph.numbers[Int(node)]
        for p in graph.range(of: node) { stack.append((graph.arguments[p], weight * graph.weights[p])) }
      default:
        if let better = rewritten(node) {
          stack.append((better, weight))
        } else {
          draft.nodes[node, default: 0] += weight
        }
      }
    }
    draft.nodes = draft.nodes.filter { $0.value != 0 }
  }

  /// The same formula in another form; nil where none is better.
  private mutating func rewritten(_ node: Int32) -> Int32? {
    switch graph.operations[Int(node)] {
    case .square: return expandedProduct(graph.argument(0, of: node), graph.argument(0, of: node), of: node)
    case .product:
      let (a, b) = (graph.argument(0, of: node), graph.argument(1, of: node))
      return expandedProduct(a, b, of: node) ?? distributed(a, over: b) ?? distributed(b, over: a)
    case .quotient:
      let (a, b) = (graph.argument(0, of: node), graph.argument(1, of: node))
      guard graph.operations[Int(a)] != .constant, let top = graph.affine(a), let bottom = graph.affine(b),
        let (factor, remainder) = top.multiple(of: bottom)
      else { return nil }
      let rest = graph.quotient(graph.constant(1), b)
      return graph.sum([(remainder, rest)], offset: factor)
    default: return nil
    }
  }

  /// (αv + β)·(γv + δ) for one variable v, where v² = v for a binary one.
  private mutating func expandedProduct(_ a: Int32, _ b: Int32, of node: Int32) -> Int32? {
    guard let x = graph.affine(a), let y = graph.affine(b), x.columns.count == 1, x.columns == y.columns else {
      return nil
    }
    let (v, p, q) = (Int32(x.columns[0]), x.values[0], y.values[0])
    let linear = p * y.offset + q * x.offset
    let offset = x.offset * y.offset
    if isBinary(x.columns[0]) { return graph.sum([(p * q + linear, v)], offset: offset) }
    if a == b, graph.operations[Int(a)] == .variable { return nil }
    let square = graph.power(v, exponent: 2)
    return graph.sum([(p * q, square), (linear, v)], offset: offset)
  }

  /// a·Σ wₖbₖ = Σ wₖ(a·bₖ) where a cancels against quotients p/a in the sum.
  private mutating func distributed(_ a: Int32, over b: Int32) -> Int32? {
    guard graph.operations[Int(b)] == .sum, let scale = graph.affine(a), scale.range(over: box).lower > 0 else {
      return nil
    }
    let terms = graph.range(of: b).map { (weight: graph.weights[$0], node: graph.arguments[$0]) }
    let offset = graph.numbers[Int(b)]
    var result: [(weight: Double, node: Int32)] = [(offset, a)]
    var hasCancelled = false
    for (weight, node) in terms {
      let product = cancelled(a, node)
      hasCancelled = hasCancelled || product != nil
      result.append((weight, product ?? graph.product(a, node)))
    }
    return hasCancelled ? graph.sum(result) : nil
  }

  /// a·(p/a) = p and a·(p/a)² = p²/a.
  private mutating func cancelled(_ a: Int32, _ node: Int32) -> Int32? {
    func top(_ quotient: Int32) -> Int32? {
      graph.operations[Int(quotient)] == .quotient && graph.argument(1, of: quotient) == a
        ? graph.argument(0, of: quotient) : nil
    }
    if let p = top(node) { return p }
    guard graph.operations[Int(node)] == .square, let p = top(graph.argument(0, of: node)) else { return nil }
    return graph.quotient(graph.power(p, exponent: 2), a)
  }

  private func isBinary(_ j: Int) -> Bool {
    program.linear.kinds[j].isIntegral && box[j].lower >= 0 && box[j].upper <= 1
  }

  // MARK: Second ways

  /// w·Π aₖ^pₖ ≥ c > 0 with aₖ > 0 as Σ pₖ·log aₖ ≥ log(c/w), and the mirror image.
  private mutating func logarithms(_ draft: Draft) -> Draft? {
    guard draft.linear.values.allSatisfy({ $0 == 0 }), draft.nodes.count == 1, draft.bend != 0,
      let (node, weight) = draft.nodes.first
    else { return nil }
    let side = ((draft.bend > 0 ? draft.upper : draft.lower) - draft.offset) / weight
    guard side > 0, side.isFinite else { return nil }
    // A product that is bounded from below is a sum of logarithms that is.
    let isBoundedBelow = (draft.bend > 0) == (weight < 0)
    guard isBoundedBelow, let (factors, constant) = powers(node) else { return nil }
    var result = Draft(lower: FormulaOperation.logarithm.value(side) - constant, upper: .infinity, bend: -1)
    for (factor, exponent) in factors {
      guard exponent > 0, let base = graph.affine(factor), base.range(over: box).lower >= 0 else { return nil }
      result.nodes[graph.unary(.logarithm, factor), default: 0] += exponent
    }
    return result
  }

  /// The factors of a product of powers and the logarithm of its positive constant.
  private func powers(_ root: Int32) -> (factors: [(node: Int32, exponent: Double)], constant: Double)? {
    var factors: [(node: Int32, exponent: Double)] = []
    var constant = 0.0
    var stack: [(node: Int32, exponent: Double)] = [(root, 1)]
    while let (node, exponent) = stack.popLast() {
      if factors.count + stack.count > 10_000 { return nil }
      let places = graph.range(of: node)
      switch graph.operations[Int(node)] {
      case .constant:
        guard graph.numbers[Int(node)] > 0 else { return nil }
        constant += exponent * FormulaOperation.logarithm.value(graph.numbers[Int(node)])
      case .product: for p in places { stack.append((graph.arguments[p], exponent)) }
      case .square: stack.append((graph.arguments[places.lowerBound], 2 * exponent))
      case .squareRoot: stack.append((graph.arguments[places.lowerBound], exponent / 2))
      case .constantPower: stack.append((graph.arguments[places.lowerBound], exponent * graph.numbers[Int(node)]))
      case .sum where graph.numbers[Int(node)] == 0 && places.count == 1 && graph.weights[places.lowerBound] > 0:
        constant += exponent * FormulaOperation.logarithm.value(graph.weights[places.lowerBound])
        stack.append((graph.arguments[places.lowerBound], exponent))
      default: factors.append((node, exponent))
      }
    }
    return (factors, constant)
  }

  /// The terms of degree two as Σ d·(lᵀx)², where that is convex as a whole.
  private mutating func squares(_ draft: Draft) -> Draft? {
    guard draft.bend != 0, let form = QuadraticPart(draft.nodes, graph: graph, box: box),
      let squares = form.squares(sign: draft.bend)
    else { return nil }
    var result = draft
    result.nodes = form.rest
    result.offset += form.offset
    for (j, value) in form.linear { result.linear[j, default: 0] += value }
    for (weight, coefficients) in squares {
      let sum = graph.sum(coefficients.map { (weight: $0.value, node: Int32($0.column)) })
      result.nodes[graph.power(sum, exponent: 2), default: 0] += draft.bend * weight
    }
    return result
  }

  /// The terms of degree two as products of an integer with a bounded variable, exact by the digits of the integer.
  private func exactProducts(_ draft: Draft) -> Draft? {
    guard var form = QuadraticPart(draft.nodes, graph: graph, box: box) else { return nil }
    form.foldBinaries { isBinary($0) }
    var result = draft
    result.nodes = form.rest
    result.offset += form.offset
    for (j, value) in form.linear { result.linear[j, default: 0] += value }
    for (pair, value) in form.products.sorted(by: { ($0.key.first, $0.key.second) < ($1.key.first, $1.key.second) })
    where value != 0 {
      guard let product = ExactProduct(pair.first, pair.second, program.linear.kinds, box, uses: uses) else {
        return nil
      }
      result.products[product, default: 0] += value
    }
    return result
  }
}

/// A by rows.
private struct SparseRows {
  private var entries: [[(Int, Double)]]

  init(_ program: FormulaProgram) {
    entries = [[(Int, Double)]](repeating: [], count: program.constraintCount)
    let matrix = program.linear.matrix
    for j in 0..<program.variableCount {
      for p in matrix.range(ofColumn: j) where matrix.values[p] != 0 {
        entries[Int(matrix.rows[p])].append((j, matrix.values[p]))
      }
    }
  }

  subscript(_ i: Int) -> [(Int, Double)] { entries[i] }
}
