// SPDX-License-Identifier: Apache-2.0

/// What a class knows about its values: an interval, and the conditions under which they are numbers.
extension EGraph {
  /// True when the formula is proved to be a number for every value of its variables.
  package func isTotal(_ node: Class) -> Bool { conditions[Int(found(node))] == 0 }

  package func range(of node: Class) -> Interval { ranges[Int(found(node))] }

  /// The interval of a node from those of its arguments.
  func range(ofNode node: Class) -> Interval {
    let places = graph.range(of: node)
    let number = graph.numbers[Int(node)]
    func argument(_ k: Int) -> Interval { ranges[Int(graph.arguments[places.lowerBound + k])] }
    switch graph.operations[Int(node)] {
    case .constant: return number.isNaN ? .whole : Interval(number)
    case .variable:
      let j = Int(number)
      return j < box.count && !box[j].isEmpty ? box[j] : .whole
    case .parameter: return .whole
    case .sum:
      return places.reduce(Interval(number)) { $0 + graph.weights[$1] * ranges[Int(graph.arguments[$1])] }
    case .product:
      return places.reduce(Interval(1)) { total, p in
        total * FormulaOperation.constantPower.interval(ranges[Int(graph.arguments[p])], number: graph.weights[p])
      }
    case .exponential:
      // Positive as a real number, also where it rounds to 0.
      let range = FormulaOperation.exponential.interval(argument(0))
      return Interval(max(range.lower, .leastNonzeroMagnitude), max(range.upper, .leastNonzeroMagnitude))
    case .conditional: return argument(1).hull(argument(2))
    default:
      let operation = graph.operations[Int(node)]
      let range =
        operation.arity == 1
        ? operation.interval(argument(0), number: number) : operation.interval(argument(0), argument(1))
      return range.isEmpty ? .whole : range
    }
  }

  /// The conditions of a node: those of its arguments and its own.
  mutating func conditions(ofNode node: Class) -> Int32 {
    let places = graph.range(of: node)
    var result: Int32 = 0
    // A branch is not computed everywhere: what it demands is its own affair.
    let certain = graph.operations[Int(node)] == .conditional ? places.prefix(1) : places[...]
    for p in certain { result = table.union(result, conditions[Int(graph.arguments[p])]) }
    let own = ownConditions(of: node)
    return own.isEmpty ? result : table.union(result, table.intern(simplified(own)))
  }

  private func ownConditions(of node: Class) -> [UInt64] {
    let places = graph.range(of: node)
    let number = graph.numbers[Int(node)]
    func argument(_ k: Int) -> Class { found(graph.arguments[places.lowerBound + k]) }
    var keys: [UInt64] = []
    switch graph.operations[Int(node)] {
    case .constant, .sum:
      if !number.isFinite { keys.append(ConditionTable.key(.branch, node)) }
    case .quotient, .remainder, .integerQuotient: demand(.nonzero, argument(1), &keys)
    case .logarithm, .logarithm10: demand(.positive, argument(0), &keys)
    case .squareRoot: demand(.nonnegative, argument(0), &keys)
    case .constantPower:
      if number != number.rounded() {
        demand(number < 0 ? .positive : .nonnegative, argument(0), &keys)
      } else if number < 0 {
        demand(.nonzero, argument(0), &keys)
      }
    case .power:
      if !DomainCondition.positive.holds(on: ranges[Int(argument(0))]) {
        keys.append(ConditionTable.key(.base, argument(0)))
        keys.append(ConditionTable.key(.exponent, argument(1)))
      }
    case .arcSine, .arcCosine: demand(.withinOne, argument(0), &keys)
    case .inverseHyperbolicTangent: demand(.belowOne, argument(0), &keys)
    case .inverseHyperbolicCosine: demand(.atLeastOne, argument(0), &keys)
    case .tangent: demand(.tangent, argument(0), &keys)
    case .conditional:
      if !isTotal(argument(1)) || !isTotal(argument(2)) { keys.append(ConditionTable.key(.branch, node)) }
    default: break
    }
    return keys
  }

  /// Adds a condition, taken apart as far as the form of the class allows, unless it is proved.
  private func demand(_ condition: DomainCondition, _ node: Class, _ keys: inout [UInt64], depth: Int = 0) {
    let node = found(node)
    if condition.holds(on: ranges[Int(node)]) { return }
    let (weight, core) = unscaled(node)
    if depth < 8 {
      switch condition {
      case .nonzero:
        if core != node, weight != 0 { return demand(.nonzero, core, &keys, depth: depth + 1) }
        if let below = member(of: node, .squareRoot) ?? member(of: node, .absolute) {
          return demand(.nonzero, graph.argument(0, of: below), &keys, depth: depth + 1)
        }
        if let wave = member(of: node, .cosine) {
          return demand(.tangent, graph.argument(0, of: wave), &keys, depth: depth + 1)
        }
        if productMember[Int(node)] >= 0 {
          for p in graph.range(of: productMember[Int(node)]) {
            demand(.nonzero, graph.arguments[p], &keys, depth: depth + 1)
          }
          return
        }
      case .positive, .nonnegative:
        if core != node, weight > 0 { return demand(condition, core, &keys, depth: depth + 1) }
        if condition == .positive, let (base, _) = fraction(node) {
          return demand(.positive, base, &keys, depth: depth + 1)
        }
        let product = productMember[Int(node)]
        if product >= 0, graph.range(of: product).count == 1 {
          let place = graph.range(of: product).lowerBound
          let isEven = graph.weights[place].truncatingRemainder(dividingBy: 2) == 0
          return demand(isEven ? .nonzero : condition, graph.arguments[place], &keys, depth: depth + 1)
        }
      default: break
      }
    }
    keys.append(ConditionTable.key(condition, node))
  }

  /// a ≠ 0 and a ≥ 0 together are a > 0, which implies both.
  private func simplified(_ keys: [UInt64]) -> [UInt64] {
    let all = Set(keys)
    var result: [UInt64] = []
    for key in keys {
      let node = FormulaGraph.Node(truncatingIfNeeded: key & 0xFFFF_FFFF)
      func has(_ condition: DomainCondition) -> Bool { all.contains(ConditionTable.key(condition, node)) }
      switch DomainCondition(rawValue: UInt8(key >> 32)) {
      case .nonzero where has(.positive) || has(.nonnegative): result.append(ConditionTable.key(.positive, node))
      case .nonnegative where has(.positive) || has(.nonzero): result.append(ConditionTable.key(.positive, node))
      default: result.append(key)
      }
    }
    return result
  }

  /// True when two classes are numbers under the same conditions, as far as can be told.
  mutating func haveSameConditions(_ a: Class, _ b: Class) -> Bool {
    let (first, second) = (conditions[Int(a)], conditions[Int(b)])
    if first < 0 || second < 0 { return false }
    return first == second || current(first) == current(second)
  }

  /// A set named by the classes of today.
  private mutating func current(_ set: Int32) -> Int32 {
    var keys: [UInt64] = []
    for key in table[set] {
      let node = FormulaGraph.Node(truncatingIfNeeded: key & 0xFFFF_FFFF)
      guard let condition = DomainCondition(rawValue: UInt8(key >> 32)) else { continue }
      demand(condition, node, &keys)
    }
    return table.intern(simplified(keys))
  }
}
