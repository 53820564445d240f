// SPDX-License-Identifier: Apache-2.0

/// Rewrites the formulas of a program as polynomials of atoms: products of sums are multiplied out, factors are gathered with
/// their exponents, minima and maxima of minima and maxima are opened. Nodes are visited once, arguments first.
struct CanonicalFormulas {
  /// A product that would have more terms stays a product of sums.
  static let termLimit = 400

  private(set) var graph = FormulaGraph()
  private let source: FormulaGraph
  private var images: [CanonicalPolynomial?]
  /// Of the nodes of `graph`: products of variables, which are defined everywhere.
  private var isMonomial: [Bool] = []

  init(_ program: FormulaProgram, fixed: [Double?]) {
    source = program.graph
    images = [CanonicalPolynomial?](repeating: nil, count: source.count)
    for j in 0..<program.variableCount {
      let node = graph.variable(j)
      images[j] = fixed[j].map { CanonicalPolynomial($0) } ?? CanonicalPolynomial(atom: node)
      isMonomial.append(true)
    }
    for i in needed(by: program) where images[i] == nil { images[i] = image(FormulaGraph.Node(i)) }
  }

  /// The polynomial of a root; 0 for none.
  func polynomial(_ root: FormulaGraph.Node?) -> CanonicalPolynomial {
    root.flatMap { images[Int($0)] } ?? CanonicalPolynomial()
  }

  /// The terms by ascending atom. Monomials whose coefficients cancelled are dropped; expressions stay with coefficient 0, as
  /// they may be undefined somewhere.
  func terms(of sum: CanonicalPolynomial) -> [CanonicalModel.Term] {
    let largest = sum.atoms.reduce(0) { max($0, abs(sum[$1])) }
    return sum.atoms.compactMap { atom in
      // What is left of numbers that cancel: a few units in the last place of the largest.
      let coefficient = abs(sum[atom]) <= 1e-15 * largest ? 0 : sum[atom]
      return coefficient == 0 && isMonomial[Int(atom)]
        ? nil : CanonicalModel.Term(atom: atom, coefficient: coefficient)
    }
  }

  private func needed(by program: FormulaProgram) -> [Int] {
    var isNeeded = [Bool](repeating: false, count: source.count)
    for root in program.rows.compactMap({ $0 }) + [program.objective].compactMap({ $0 }) { isNeeded[Int(root)] = true }
    for i in stride(from: source.count - 1, through: 0, by: -1) where isNeeded[i] {
      for p in source.range(of: FormulaGraph.Node(i)) { isNeeded[Int(source.arguments[p])] = true }
    }
    return isNeeded.indices.filter { isNeeded[$0] }
  }

  private mutating func image(_ node: FormulaGraph.Node) -> CanonicalPolynomial {
    let number = source.numbers[Int(node)]
    let places = source.range(of: node)
    let arguments = places.map { images[Int(source.arguments[$0])] ?? CanonicalPolynomial() }
    switch source.operations[Int(node)] {
    case .constant: return CanonicalPolynomial(number)
    case .sum:
      var sum = CanonicalPolynomial(number)
      for (k, p) in places.enumerated() { sum.add(arguments[k], times: source.weights[p]) }
      return sum
    case .product: return product(arguments[0], arguments[1])
    case .square: return product(arguments[0], arguments[0])
    case .constantPower where number == number.rounded() && (2...16).contains(number):
      return (1..<Int(number)).reduce(arguments[0]) { power, _ in product(power, arguments[0]) }
    case .quotient: return quotient(arguments[0], arguments[1])
    case .minimum, .maximum: return extremum(source.operations[Int(node)], arguments)
    case .greater: return call(.less, 0, [arguments[1], arguments[0]])
    case .greaterOrEqual: return call(.lessOrEqual, 0, [arguments[1], arguments[0]])
    default: return call(source.operations[Int(node)], number, arguments)
    }
  }

  // MARK: Products

  private mutating func product(_ a: CanonicalPolynomial, _ b: CanonicalPolynomial) -> CanonicalPolynomial {
    let count = (a.atoms.count + 1) * (b.atoms.count + 1)
    guard a.isConstant || b.isConstant || count <= Self.termLimit else {
      return CanonicalPolynomial(atom: monomial([(atom(of: a), 1), (atom(of: b), 1)]))
    }
    var result = CanonicalPolynomial(a.constant * b.constant)
    if b.constant != 0 { for x in a.atoms { result.add(x, a[x] * b.constant) } }
    if a.constant != 0 { for y in b.atoms { result.add(y, b[y] * a.constant) } }
    for x in a.atoms { for y in b.atoms { result.add(monomial([(x, 1), (y, 1)]), a[x] * b[y]) } }
    return result
  }

  /// Π atom^exponent, products inside it opened.
  private mutating func monomial(_ factors: [(atom: FormulaGraph.Node, exponent: Double)]) -> FormulaGraph.Node {
    var exponents: [FormulaGraph.Node: Double] = [:]
    for factor in factors {
      guard graph.operations[Int(factor.atom)] == .product else {
        exponents[factor.atom, default: 0] += factor.exponent
        continue
      }
      for p in graph.range(of: factor.atom) {
        exponents[graph.arguments[p], default: 0] += factor.exponent * graph.weights[p]
      }
    }
    let atoms = exponents.keys.sorted()
    return known(
      graph.node(.product, atoms, weights: atoms.map { exponents[$0] ?? 1 }),
      isMonomial: atoms.allSatisfy { isMonomial[Int($0)] })
  }

  /// a/b: by a number, a multiple; else a·(1/b), where a factor is drawn out of b.
  private mutating func quotient(_ a: CanonicalPolynomial, _ b: CanonicalPolynomial) -> CanonicalPolynomial {
    if b.isConstant, (1 / b.constant).isFinite {
      var result = a
      result.scale(by: 1 / b.constant)
      return result
    }
    // The constant of b becomes 1; without one, its largest coefficient ±1.
    let largest = b.atoms.reduce(0) { abs(b[$1]) > abs($0) ? b[$1] : $0 }
    let unit = b.constant != 0 ? b.constant : b.atoms.count == 1 ? largest : abs(largest)
    var factor = 1.0
    var denominator = b
    if unit != 0, (1 / unit).isFinite {
      factor = 1 / unit
      denominator.scale(by: factor)
    }
    let reciprocal = known(graph.node(.quotient, [atom(of: denominator)]))
    return product(a, CanonicalPolynomial(atom: reciprocal, factor))
  }

  // MARK: Other operations

  private mutating func extremum(
    _ operation: FormulaOperation, _ arguments: [CanonicalPolynomial]
  ) -> CanonicalPolynomial {
    var operands: Set<FormulaGraph.Node> = []
    for argument in arguments {
      let atom = atom(of: argument)
      if graph.operations[Int(atom)] == operation {
        operands.formUnion(graph.range(of: atom).map { graph.arguments[$0] })
      } else {
        operands.insert(atom)
      }
    }
    return CanonicalPolynomial(atom: known(graph.node(operation, operands.sorted())))
  }

  private mutating func call(
    _ operation: FormulaOperation, _ number: Double, _ arguments: [CanonicalPolynomial]
  ) -> CanonicalPolynomial {
    if arguments.count == 1, arguments[0].isConstant {
      return CanonicalPolynomial(operation.value(arguments[0].constant, number: number))
    }
    var operands = arguments.map { atom(of: $0) }
    if operation.isCommutative { operands.sort() }
    return CanonicalPolynomial(atom: known(graph.node(operation, number: number, operands)))
  }

  /// A polynomial as one node: the constant, the only term with coefficient 1, or a sum.
  private mutating func atom(of sum: CanonicalPolynomial) -> FormulaGraph.Node {
    let terms = terms(of: sum)
    if terms.isEmpty { return known(graph.constant(sum.constant)) }
    if sum.constant == 0, terms.count == 1, terms[0].coefficient == 1 { return terms[0].atom }
    return known(graph.node(.sum, number: sum.constant, terms.map(\.atom), weights: terms.map(\.coefficient)))
  }

  private mutating func known(_ node: FormulaGraph.Node, isMonomial: Bool = false) -> FormulaGraph.Node {
    while self.isMonomial.count < graph.count { self.isMonomial.append(isMonomial) }
    return node
  }
}

extension FormulaOperation {
  /// True where the order of the arguments does not matter.
  var isCommutative: Bool {
    switch self {
    case .sum, .product, .minimum, .maximum, .equal, .notEqual, .and, .or: true
    default: false
    }
  }
}
