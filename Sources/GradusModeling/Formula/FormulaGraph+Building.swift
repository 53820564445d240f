// SPDX-License-Identifier: Apache-2.0

/// Canonical constructors: they fold constants, gather equal terms and drop what changes nothing, so that formulas that
/// are written differently and are plainly the same become the same node.
extension FormulaGraph {
  /// A number; −0 becomes 0, so that equal numbers are one node.
  public mutating func constant(_ value: Double) -> Node {
    node(.constant, number: value == 0 ? 0 : value, EmptyCollection())
  }

  /// The variable with this position, from 0.
  public mutating func variable(_ index: Int) -> Node { node(.variable, number: Double(index), EmptyCollection()) }

  /// The parameter with this position, from 0; its value is given when the program is assembled.
  public mutating func parameter(_ index: Int) -> Node { node(.parameter, number: Double(index), EmptyCollection()) }

  /// offset + Σ weight·node. Nested sums are not opened here (`ProgramAssembler` does that once, where it is cheap).
  public mutating func sum(_ terms: [(weight: Double, node: Node)], offset: Double = 0) -> Node {
    var offset = offset
    var kept: [(weight: Double, node: Node)] = []
    kept.reserveCapacity(terms.count)
    for term in terms where term.weight != 0 {
      if let value = constant(at: term.node) {
        offset += term.weight * value
      } else {
        kept.append(unscaled(term))
      }
    }
    if kept.count > 1 { kept = Self.gathered(kept) }
    if kept.isEmpty { return constant(offset) }
    if kept.count == 1, offset == 0, kept[0].weight == 1 { return kept[0].node }
    return node(.sum, number: offset, kept.map(\.node), weights: kept.map(\.weight))
  }

  /// w·(v·a) = (w·v)·a: a scaled node hands its factor to the sum that takes it.
  private func unscaled(_ term: (weight: Double, node: Node)) -> (weight: Double, node: Node) {
    guard operations[Int(term.node)] == .sum, numbers[Int(term.node)] == 0, range(of: term.node).count == 1 else {
      return term
    }
    return (term.weight * weights[range(of: term.node).lowerBound], argument(0, of: term.node))
  }

  /// Terms by ascending node, equal nodes added, zeros dropped.
  private static func gathered(_ terms: [(weight: Double, node: Node)]) -> [(weight: Double, node: Node)] {
    var terms = terms
    var isSorted = true
    for k in 1..<terms.count where terms[k - 1].node >= terms[k].node {
      isSorted = false
      break
    }
    if isSorted { return terms }
    // The order of equal nodes decides the rounding of their sum: keep the order of writing.
    let order = terms.indices.sorted { (terms[$0].node, $0) < (terms[$1].node, $1) }
    var result: [(weight: Double, node: Node)] = []
    for k in order {
      if let last = result.last, last.node == terms[k].node {
        result[result.count - 1].weight += terms[k].weight
      } else {
        result.append(terms[k])
      }
    }
    result.removeAll { $0.weight == 0 }
    terms = []
    return result
  }

  /// −a.
  public mutating func negated(_ a: Node) -> Node { sum([(-1, a)]) }

  /// a·b, with factors of scaled nodes drawn out; a·a becomes the square of a.
  public mutating func product(_ a: Node, _ b: Node) -> Node {
    if let x = constant(at: a) { return sum([(x, b)]) }
    if let y = constant(at: b) { return sum([(y, a)]) }
    // (v·a)·(w·b) = (v·w)·(a·b), so that scaled products share their node.
    let left = unscaled((1, a))
    let right = unscaled((1, b))
    let core =
      left.node == right.node
      ? node(.square, CollectionOfOne(left.node))
      : node(.product, [min(left.node, right.node), max(left.node, right.node)])
    return sum([(left.weight * right.weight, core)])
  }

  /// a/b; by a number, it becomes a multiple. A zero denominator stays, to be seen at evaluation.
  public mutating func quotient(_ a: Node, _ b: Node) -> Node {
    if let y = constant(at: b) {
      if let x = constant(at: a) { return constant(x / y) }
      // A zero denominator must stay visible as an infinity or NaN at evaluation.
      if (1 / y).isFinite { return sum([(1 / y, a)]) }
    }
    if constant(at: a) == 0, constant(at: b) != 0 { return a }
    return node(.quotient, [a, b])
  }

  /// aᵖ for a number p; the square, the square root, a itself and 1 where p says so.
  public mutating func power(_ a: Node, exponent: Double) -> Node {
    if let x = constant(at: a) {
      return constant(FormulaOperation.constantPower.value(x, number: exponent))
    }
    switch exponent {
    case 0: return constant(1)
    case 1: return a
    case 2: return node(.square, CollectionOfOne(a))
    case 0.5: return node(.squareRoot, CollectionOfOne(a))
    default: return node(.constantPower, number: exponent, CollectionOfOne(a))
    }
  }

  /// aᵇ.
  public mutating func power(_ a: Node, _ b: Node) -> Node {
    if let exponent = constant(at: b) { return power(a, exponent: exponent) }
    return binary(.power, a, b)
  }

  /// An operation with one argument, for instance `.sine`.
  public mutating func unary(_ operation: FormulaOperation, _ a: Node) -> Node {
    precondition(
      operation.arity == 1 && operation != .constantPower, "\(operation) is not an operation of one argument")
    if let x = constant(at: a) { return constant(operation.value(x)) }
    return node(operation, CollectionOfOne(a))
  }

  /// An operation with two arguments, for instance `.minimum`.
  public mutating func binary(_ operation: FormulaOperation, _ a: Node, _ b: Node) -> Node {
    precondition(operation.arity == 2, "\(operation) is not an operation of two arguments")
    if let x = constant(at: a), let y = constant(at: b) { return constant(operation.value(x, y)) }
    switch operation {
    case .product: return product(a, b)
    case .quotient: return quotient(a, b)
    case .power where constant(at: b) != nil: return power(a, b)
    case .minimum, .maximum: return a == b ? a : node(operation, [a, b])
    default: return node(operation, [a, b])
    }
  }

  /// if condition ≠ 0 then a else b
  public mutating func conditional(_ condition: Node, _ a: Node, _ b: Node) -> Node {
    if let value = constant(at: condition) { return value != 0 ? a : b }
    return a == b ? a : node(.conditional, [condition, a, b])
  }
}
