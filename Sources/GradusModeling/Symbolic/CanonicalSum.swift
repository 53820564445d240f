// SPDX-License-Identifier: Apache-2.0

/// constant + Σ coefficient·term with a dictionary of coefficients: adding a term costs the same however many there are.
public struct CanonicalSum<Term: Hashable & Sendable>: Sendable, Hashable {
  public var constant = 0.0
  public private(set) var coefficients: [Term: Double] = [:]

  public init() {}

  /// Adds weight·term. A coefficient that becomes 0 stays: the term may be undefined somewhere.
  public mutating func add(_ term: Term, weight: Double = 1) { coefficients[term, default: 0] += weight }

  /// Adds weight·sum.
  public mutating func add(_ sum: CanonicalSum, weight: Double = 1) {
    constant += weight * sum.constant
    for (term, coefficient) in sum.coefficients { add(term, weight: weight * coefficient) }
  }
}

/// coefficient·Π factor^exponent with a dictionary of exponents, all of them positive.
public struct CanonicalProduct<Factor: Hashable & Sendable>: Sendable, Hashable {
  public var coefficient = 1.0
  public private(set) var exponents: [Factor: Double] = [:]

  public init() {}

  /// Multiplies by factor^exponent for an exponent above 0: those below are quotients, which have conditions.
  public mutating func multiply(_ factor: Factor, exponent: Double = 1) {
    precondition(exponent > 0, "a product has positive exponents; write a quotient")
    exponents[factor, default: 0] += exponent
  }
}

extension FormulaGraph {
  /// The node with all sums inside sums and all products inside products opened, equal terms and factors gathered.
  ///
  /// Opened where only one node uses them, so that no shared part is computed twice. A formula that was added up term by
  /// term becomes one sum. Terms that cancel stay with weight 0, unless they are polynomials. Cost: expected linear in
  /// the nodes below, and sorting of the terms.
  public mutating func gathered(_ root: Node) -> Node {
    let (uses, isOpened) = countedUses(below: root)
    var image = [Node](repeating: -1, count: Int(root) + 1)
    let isPolynomial = polynomials(upTo: root)
    for i in 0...Int(root) where uses[i] > 0 && !isOpened[i] {
      let node = Node(i)
      switch operations[i] {
      case .constant, .variable, .parameter: image[i] = node
      case .sum: image[i] = sum(gatheredSum(node, isOpened, image), isPolynomial)
      case .product, .square: image[i] = product(gatheredProduct(node, isOpened, image))
      default: image[i] = copy(node, image)
      }
    }
    return image[Int(root)]
  }

  /// How often nodes are used, and which are opened in the only sum or product that uses them.
  private func countedUses(below root: Node) -> (uses: [Int32], isOpened: [Bool]) {
    var uses = [Int32](repeating: 0, count: Int(root) + 1)
    var isOpened = [Bool](repeating: false, count: Int(root) + 1)
    uses[Int(root)] = 1
    for i in stride(from: Int(root), through: 0, by: -1) where uses[i] > 0 {
      for p in range(of: Node(i)) {
        let child = Int(arguments[p])
        uses[child] += 1
        isOpened[child] = uses[child] == 1 && Self.isSameKind(operations[i], operations[child])
      }
    }
    return (uses, isOpened)
  }

  private static func isSameKind(_ a: FormulaOperation, _ b: FormulaOperation) -> Bool {
    if a == .sum { return b == .sum }
    return (a == .product || a == .square) && (b == .product || b == .square)
  }

  private func polynomials(upTo root: Node) -> [Bool] {
    var result = [Bool](repeating: false, count: Int(root) + 1)
    for i in 0...Int(root) {
      switch operations[i] {
      case .constant, .variable, .parameter: result[i] = true
      case .sum, .product, .square: result[i] = range(of: Node(i)).allSatisfy { result[Int(arguments[$0])] }
      default: break
      }
    }
    return result
  }

  private func gatheredSum(_ node: Node, _ isOpened: [Bool], _ image: [Node]) -> CanonicalSum<Node> {
    var result = CanonicalSum<Node>()
    var stack: [(weight: Double, node: Node)] = [(1, node)]
    while let (weight, next) = stack.popLast() {
      if operations[Int(next)] == .sum, next == node || isOpened[Int(next)] {
        result.constant += weight * numbers[Int(next)]
        for p in range(of: next).reversed() { stack.append((weight * weights[p], arguments[p])) }
      } else {
        result.add(image[Int(next)], weight: weight)
      }
    }
    return result
  }

  private func gatheredProduct(_ node: Node, _ isOpened: [Bool], _ image: [Node]) -> CanonicalProduct<Node> {
    var result = CanonicalProduct<Node>()
    var stack: [(exponent: Double, node: Node)] = [(1, node)]
    while let (exponent, next) = stack.popLast() {
      let opens = next == node || isOpened[Int(next)]
      switch operations[Int(next)] {
      case .product where opens:
        for p in range(of: next).reversed() { stack.append((exponent, arguments[p])) }
      case .square where opens: stack.append((2 * exponent, argument(0, of: next)))
      default: result.multiply(image[Int(next)], exponent: exponent)
      }
    }
    return result
  }

  private mutating func sum(_ canonical: CanonicalSum<Node>, _ isPolynomial: [Bool]) -> Node {
    let terms = canonical.coefficients.sorted { $0.key < $1.key }.map { (weight: $0.value, node: $0.key) }
    let needsZeros = terms.contains {
      $0.weight == 0 && !(Int($0.node) < isPolynomial.count && isPolynomial[Int($0.node)])
    }
    guard needsZeros else { return sum(terms, offset: canonical.constant) }
    return node(.sum, number: canonical.constant, terms.map(\.node), weights: terms.map(\.weight))
  }

  private mutating func product(_ canonical: CanonicalProduct<Node>) -> Node {
    var result = constant(canonical.coefficient)
    for (factor, exponent) in canonical.exponents.sorted(by: { $0.key < $1.key }) {
      result = product(result, power(factor, exponent: exponent))
    }
    return result
  }

  private mutating func copy(_ node: Node, _ image: [Node]) -> Node {
    let places = range(of: node)
    let changed = places.map { image[Int(arguments[$0])] }
    if changed == Array(arguments[places]) { return node }
    switch operations[Int(node)] {
    case .constantPower: return power(changed[0], exponent: numbers[Int(node)])
    case .conditional: return conditional(changed[0], changed[1], changed[2])
    default:
      return changed.count == 1
        ? unary(operations[Int(node)], changed[0]) : binary(operations[Int(node)], changed[0], changed[1])
    }
  }
}
