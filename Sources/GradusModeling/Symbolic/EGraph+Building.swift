// SPDX-License-Identifier: Apache-2.0

/// Canonical constructors over classes. Each returns a node; `find` gives its class. Arguments may be any nodes.
///
/// Nothing here changes where a formula is a number: a term that cancels stays with weight 0 unless it is a number
/// everywhere, and exponents are only added where all are positive whole numbers.
extension EGraph {
  package mutating func constant(_ value: Double) -> Class {
    intern(.constant, number: value == 0 ? 0 : value, [])
  }

  package mutating func variable(_ index: Int) -> Class { intern(.variable, number: Double(index), []) }

  package mutating func parameter(_ index: Int) -> Class { intern(.parameter, number: Double(index), []) }

  /// offset + Σ weight·class
  package mutating func sum(_ terms: [(weight: Double, node: Class)], offset: Double = 0) -> Class {
    var offset = offset
    var kept: [(weight: Double, node: Class)] = []
    kept.reserveCapacity(terms.count)
    for term in terms {
      var node = find(term.node)
      var weight = term.weight
      let scaled = scaledMember[Int(node)]
      if scaled >= 0, graph.operations[Int(node)] != .constant {
        let place = graph.range(of: scaled).lowerBound
        weight *= graph.weights[place]
        node = find(graph.arguments[place])
      }
      if let value = graph.constant(at: node) {
        offset += weight * value
      } else {
        kept.append((weight, node))
      }
    }
    gather(&kept)
    if kept.isEmpty { return constant(offset) }
    if kept.count == 1, offset == 0, kept[0].weight == 1 { return kept[0].node }
    return intern(.sum, number: offset == 0 ? 0 : offset, kept.map(\.node), weights: kept.map(\.weight))
  }

  /// Terms by ascending class, equal ones added; terms of weight 0 stay where they may be undefined.
  private func gather(_ terms: inout [(weight: Double, node: Class)]) {
    var isStrict = true
    var hasZero = false
    for k in terms.indices {
      if k > 0, terms[k - 1].node >= terms[k].node { isStrict = false }
      if terms[k].weight == 0 { hasZero = true }
    }
    if !isStrict {
      // The order of equal classes decides the rounding of their sum: keep the order of writing.
      let order = terms.indices.sorted { (terms[$0].node, $0) < (terms[$1].node, $1) }
      var result: [(weight: Double, node: Class)] = []
      result.reserveCapacity(terms.count)
      for k in order {
        if let last = result.last, last.node == terms[k].node {
          result[result.count - 1].weight += terms[k].weight
          if result[result.count - 1].weight == 0 { hasZero = true }
        } else {
          result.append(terms[k])
        }
      }
      terms = result
    }
    if hasZero { terms.removeAll { $0.weight == 0 && isTotal($0.node) } }
  }

  /// weight·Π class^exponent for whole exponents of at least 1.
  package mutating func product(
    _ factors: [(exponent: Double, node: Class)], weight: Double = 1
  ) -> Class {
    var weight = weight
    var kept: [(exponent: Double, node: Class)] = []
    for factor in factors { take(factor.exponent, find(factor.node), &kept, &weight, isOpened: false) }
    kept.sort { $0.node < $1.node }
    var gathered: [(exponent: Double, node: Class)] = []
    for factor in kept {
      if let last = gathered.last, last.node == factor.node {
        gathered[gathered.count - 1].exponent += factor.exponent
      } else {
        gathered.append(factor)
      }
    }
    if gathered.isEmpty { return constant(weight) }
    let core =
      gathered.count == 1 && gathered[0].exponent == 1
      ? gathered[0].node : intern(.product, gathered.map(\.node), weights: gathered.map(\.exponent))
    return weight == 1 ? core : sum([(weight, core)])
  }

  /// Adds a factor with its number split off and, once, its own factors in its place.
  private mutating func take(
    _ exponent: Double, _ node: Class, _ kept: inout [(exponent: Double, node: Class)], _ weight: inout Double,
    isOpened: Bool
  ) {
    if let value = graph.constant(at: node) {
      weight *= FormulaOperation.constantPower.value(value, number: exponent)
      return
    }
    let scaled = scaledMember[Int(node)]
    if scaled >= 0 {
      let place = graph.range(of: scaled).lowerBound
      let inner = find(graph.arguments[place])
      if inner != node, graph.weights[place] != 0 {
        weight *= FormulaOperation.constantPower.value(graph.weights[place], number: exponent)
        return take(exponent, inner, &kept, &weight, isOpened: isOpened)
      }
    }
    let product = productMember[Int(node)]
    if product >= 0, !isOpened {
      let places = graph.range(of: product)
      let own = places.map { (graph.weights[$0], find(graph.arguments[$0])) }
      if !own.contains(where: { $0.1 == node }) {
        for (inner, factor) in own { take(exponent * inner, factor, &kept, &weight, isOpened: true) }
        return
      }
    }
    kept.append((exponent, node))
  }

  package mutating func negated(_ a: Class) -> Class { sum([(-1, a)]) }

  package mutating func quotient(_ a: Class, _ b: Class) -> Class {
    let (v, top) = unscaled(a)
    let (w, bottom) = unscaled(b)
    let scale = v / w
    if let y = graph.constant(at: bottom) {
      if let x = graph.constant(at: top) { return constant(v * x / (w * y)) }
      if y != 0, (v / (w * y)).isFinite { return sum([(v / (w * y), top)]) }
    }
    guard scale.isFinite, scale != 0 else { return intern(.quotient, [find(a), find(b)]) }
    if let x = graph.constant(at: top), x != 1, scale * x != 0, (scale * x).isFinite {
      return sum([(scale * x, intern(.quotient, [constant(1), bottom]))])
    }
    let core = intern(.quotient, [top, bottom])
    return scale == 1 ? core : sum([(scale, core)])
  }

  /// weight·class for a class that is one.
  func unscaled(_ node: Class) -> (weight: Double, node: Class) {
    let node = found(node)
    let scaled = scaledMember[Int(node)]
    guard scaled >= 0, graph.operations[Int(node)] != .constant else { return (1, node) }
    let place = graph.range(of: scaled).lowerBound
    return (graph.weights[place], found(graph.arguments[place]))
  }

  package mutating func power(_ a: Class, exponent: Double) -> Class {
    let base = find(a)
    if let x = graph.constant(at: base) { return constant(FormulaOperation.constantPower.value(x, number: exponent)) }
    switch exponent {
    case 0: return sum([(0, base)], offset: 1)
    case 0.5: return unary(.squareRoot, base)
    case 1...64 where exponent == exponent.rounded(): return product([(exponent, base)])
    case -64 ... -1 where exponent == exponent.rounded():
      let below = product([(-exponent, base)])
      return quotient(constant(1), below)
    default: return intern(.constantPower, number: exponent, [base])
    }
  }

  package mutating func unary(_ operation: FormulaOperation, _ a: Class) -> Class {
    if operation == .square { return product([(2, a)]) }
    let node = find(a)
    if let x = graph.constant(at: node) { return constant(operation.value(x)) }
    let (weight, core) = unscaled(node)
    if weight < 0 {
      switch operation {
      case .cosine, .hyperbolicCosine, .absolute: return unary(operation, sum([(-weight, core)]))
      case .sine, .tangent, .arcSine, .arcTangent, .hyperbolicSine, .hyperbolicTangent, .inverseHyperbolicSine,
        .inverseHyperbolicTangent:
        let mirrored = sum([(-weight, core)])
        let value = unary(operation, mirrored)
        return negated(value)
      default: break
      }
    }
    return intern(operation, [node])
  }

  package mutating func binary(_ operation: FormulaOperation, _ a: Class, _ b: Class) -> Class {
    let (left, right) = (find(a), find(b))
    if let x = graph.constant(at: left), let y = graph.constant(at: right) { return constant(operation.value(x, y)) }
    switch operation {
    case .product: return product([(1, left), (1, right)])
    case .quotient: return quotient(left, right)
    case .power:
      if let exponent = graph.constant(at: right) { return power(left, exponent: exponent) }
      return intern(.power, [left, right])
    case .minimum, .maximum:
      return left == right ? left : intern(operation, [min(left, right), max(left, right)])
    default: return intern(operation, [left, right])
    }
  }

  package mutating func conditional(_ condition: Class, _ a: Class, _ b: Class) -> Class {
    let test = find(condition)
    if let value = graph.constant(at: test) { return value != 0 ? find(a) : find(b) }
    return intern(.conditional, [test, find(a), find(b)])
  }

  /// Adds the part of a graph that `roots` need and returns the nodes of all of `source`; −1 for those not needed.
  package mutating func add(_ source: FormulaGraph, roots: some Sequence<FormulaGraph.Node>) -> [Class] {
    var isNeeded = [Bool](repeating: false, count: source.count)
    for root in roots { isNeeded[Int(root)] = true }
    for i in stride(from: source.count - 1, through: 0, by: -1) where isNeeded[i] {
      for p in source.range(of: FormulaGraph.Node(i)) { isNeeded[Int(source.arguments[p])] = true }
    }
    var image = [Class](repeating: -1, count: source.count)
    for i in 0..<source.count where isNeeded[i] {
      let places = source.range(of: FormulaGraph.Node(i))
      func argument(_ k: Int) -> Class { image[Int(source.arguments[places.lowerBound + k])] }
      switch source.operations[i] {
      case .constant: image[i] = constant(source.numbers[i])
      case .variable: image[i] = variable(Int(source.numbers[i]))
      case .parameter: image[i] = parameter(Int(source.numbers[i]))
      case .sum:
        image[i] = sum(places.map { (source.weights[$0], image[Int(source.arguments[$0])]) }, offset: source.numbers[i])
      case .constantPower: image[i] = power(argument(0), exponent: source.numbers[i])
      case .conditional: image[i] = conditional(argument(0), argument(1), argument(2))
      default:
        image[i] =
          source.operations[i].arity == 1
          ? unary(source.operations[i], argument(0)) : binary(source.operations[i], argument(0), argument(1))
      }
    }
    return image
  }
}
