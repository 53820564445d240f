// SPDX-License-Identifier: Apache-2.0

/// Formulas that are known to be equal, all at once: classes of equal nodes over one hash-consed `FormulaGraph`.
///
/// A class is named by one of its nodes; arguments of nodes are classes. Joining two classes leaves their users as they
/// were until `rebuild`, which makes all users of joined classes again and joins what thereby becomes equal (deferred
/// congruence). Sums are coefficient lists and products exponent lists, sorted and gathered, so commutativity and
/// associativity hold by form and cost no nodes. A class knows
///
/// - the interval its values lie in over the box of the variables (outward rounded),
/// - the conditions under which it is a number that are not proved by these intervals (`DomainCondition`).
///
/// Classes with different conditions are never joined: x/x and 1 become equal where 0 is proved not to be a value of x,
/// and stay apart otherwise. Where an operation can make a number of what is none (1/∞ = 0, exp(−∞) = 0, a comparison),
/// rules leave its arguments alone unless they are numbers everywhere, as NaN and ∞ are not the same there. Source: Willsey et al., *egg: Fast and Extensible Equality Saturation*, POPL 2021.
package struct EGraph: Sendable {
  package typealias Class = FormulaGraph.Node

  package internal(set) var graph = FormulaGraph()
  /// The ranges of the variables, by index; the whole line for those beyond.
  let box: [Interval]
  /// No rule adds a node beyond this number.
  package let nodeLimit: Int
  var parents: [Class] = []
  /// A ring through the nodes of each class.
  var nextMember: [Class] = []
  /// By class: nodes with an argument in it. Possibly repeated, possibly stale.
  var users: [[Class]] = []
  /// By class.
  package internal(set) var ranges: [Interval] = []
  var conditions: [Int32] = []
  /// By class: true below an operation that can turn infinities or NaN into numbers.
  var isMasked: [Bool] = []
  var table = ConditionTable()
  /// By class: a node weight·a, a product in it; −1 for none.
  var scaledMember: [Class] = []
  var productMember: [Class] = []
  /// Nodes that were made again with other arguments: no longer matched or extracted.
  package internal(set) var isStale: [Bool] = []
  /// Nodes to be looked at by rules.
  var isFresh: [Bool] = []
  private var dirty: [Class] = []
  /// Joins that were refused as the conditions of both sides differ.
  package internal(set) var refusals = 0
  package internal(set) var joins = 0

  /// `box` holds the ranges of the variables by index.
  package init(box: [Interval] = [], nodeLimit: Int = .max) {
    self.box = box
    self.nodeLimit = nodeLimit
  }

  package var isFull: Bool { graph.count >= nodeLimit }

  /// The class a node belongs to. Expected cost: almost constant.
  package mutating func find(_ node: Class) -> Class {
    var node = node
    while parents[Int(node)] != node {
      parents[Int(node)] = parents[Int(parents[Int(node)])]
      node = parents[Int(node)]
    }
    return node
  }

  package func found(_ node: Class) -> Class {
    var node = node
    while parents[Int(node)] != node { node = parents[Int(node)] }
    return node
  }

  /// The nodes of a class that are not stale.
  package func members(of node: Class) -> [Class] {
    var result: [Class] = []
    var member = node
    repeat {
      if !isStale[Int(member)] { result.append(member) }
      member = nextMember[Int(member)]
    } while member != node
    return result
  }

  /// The first node of a class with this operation.
  package func member(of node: Class, _ operation: FormulaOperation) -> Class? {
    var member = node
    repeat {
      if graph.operations[Int(member)] == operation, !isStale[Int(member)] { return member }
      member = nextMember[Int(member)]
    } while member != node
    return nil
  }

  /// The value of a class that is a constant.
  package func constant(of node: Class) -> Double? { graph.constant(at: found(node)) }

  /// The node with this content, whose arguments are classes. It names its class only after `find`.
  mutating func intern(
    _ operation: FormulaOperation, number: Double = 0, _ arguments: [Class], weights: [Double] = []
  ) -> Class {
    let count = graph.count
    let node = graph.node(operation, number: number, arguments, weights: weights)
    if graph.count > count { register(node) }
    return node
  }

  private mutating func register(_ node: Class) {
    let operation = graph.operations[Int(node)]
    parents.append(node)
    nextMember.append(node)
    users.append([])
    isStale.append(false)
    isFresh.append(true)
    let places = graph.range(of: node)
    for p in places { users[Int(graph.arguments[p])].append(node) }
    scaledMember.append(operation == .sum && graph.numbers[Int(node)] == 0 && places.count == 1 ? node : -1)
    productMember.append(operation == .product ? node : -1)
    ranges.append(range(ofNode: node))
    conditions.append(conditions(ofNode: node))
    isMasked.append(false)
    if operation.masks {
      // The numerator of a quotient keeps what it is; all other arguments may be masked.
      for p in places.dropFirst(operation == .quotient ? 1 : 0) { mask(found(graph.arguments[p])) }
    }
  }

  /// Marks a class and all it is computed from.
  private mutating func mask(_ node: Class) {
    var stack = [node]
    while let next = stack.popLast() {
      if isMasked[Int(next)] { continue }
      isMasked[Int(next)] = true
      var member = next
      repeat {
        for p in graph.range(of: member) { stack.append(found(graph.arguments[p])) }
        member = nextMember[Int(member)]
      } while member != next
    }
  }

  /// Why two classes are said to be equal.
  package enum Reason {
    /// A rule says so: their conditions are compared. A rule says so and vouches that their conditions are the same.
    case checked, trusted
    /// Their nodes have equal arguments.
    case congruence
  }

  /// States that two classes are equal. False when the statement was refused.
  @discardableResult
  package mutating func unite(_ a: Class, _ b: Class, _ rule: Reason = .checked) -> Bool {
    var winner = find(a)
    var loser = find(b)
    if winner == loser { return true }
    let isExposed = isMasked[Int(winner)] || isMasked[Int(loser)]
    if rule == .checked && !haveSameConditions(winner, loser)
      || rule != .congruence && isExposed && !(isTotal(winner) && isTotal(loser))
    {
      refusals += 1
      return false
    }
    if isExposed {
      mask(winner)
      mask(loser)
    }
    let isConstant = graph.operations[Int(loser)] == .constant
    if isConstant, graph.operations[Int(winner)] == .constant {
      // Two roundings of one number: nothing is gained by calling them the same.
      return graph.numbers[Int(winner)] == graph.numbers[Int(loser)]
    }
    if isConstant
      || graph.operations[Int(winner)] != .constant && users[Int(winner)].count < users[Int(loser)].count
    {
      swap(&winner, &loser)
    }
    joins += 1
    parents[Int(loser)] = winner
    nextMember.swapAt(Int(winner), Int(loser))
    let range = ranges[Int(winner)].intersection(ranges[Int(loser)])
    let (w, l) = (Int(winner), Int(loser))
    let hasNews =
      graph.operations[w] == .constant || scaledMember[w] < 0 && scaledMember[l] >= 0
      || productMember[w] < 0 && productMember[l] >= 0
    if scaledMember[w] < 0 { scaledMember[w] = scaledMember[l] }
    if productMember[w] < 0 { productMember[w] = productMember[l] }
    if !range.isEmpty { ranges[w] = range }
    if table.size(conditions[l]) < table.size(conditions[w]) { conditions[w] = conditions[l] }
    refresh(winner, depth: 2)
    refresh(loser, depth: 2)
    dirty.append(loser)
    if hasNews { dirty.append(winner) }
    return true
  }

  /// Marks users of a class, and their users, as worth another look by the rules.
  private mutating func refresh(_ node: Class, depth: Int) {
    for user in users[Int(node)] where !isStale[Int(user)] {
      isFresh[Int(user)] = true
      if depth > 1, users[Int(node)].count < 64 { refresh(find(user), depth: depth - 1) }
    }
  }

  /// Restores congruence: afterwards all arguments of nodes that are not stale name classes, and equal nodes are in one
  /// class.
  package mutating func rebuild() {
    while !dirty.isEmpty {
      var pending: [Class] = []
      for node in dirty { pending += users[Int(node)] }
      for node in dirty where parents[Int(node)] != node { users[Int(node)] = [] }
      dirty.removeAll(keepingCapacity: true)
      pending.sort()
      var last: Class = -1
      for user in pending where user != last {
        last = user
        if isStale[Int(user)] { continue }
        if isFull, graph.count > 2 * nodeLimit { return }
        let again = remade(user)
        if again == user { continue }
        isStale[Int(user)] = true
        unite(user, again, .congruence)
      }
    }
  }

  /// A node made again from the classes its arguments are in now.
  private mutating func remade(_ node: Class) -> Class {
    let i = Int(node)
    let places = graph.range(of: node)
    func argument(_ k: Int) -> Class { graph.arguments[places.lowerBound + k] }
    switch graph.operations[i] {
    case .constant, .variable, .parameter: return node
    case .sum: return sum(places.map { (graph.weights[$0], graph.arguments[$0]) }, offset: graph.numbers[i])
    case .product: return product(places.map { (graph.weights[$0], graph.arguments[$0]) })
    case .quotient: return quotient(argument(0), argument(1))
    case .constantPower: return power(argument(0), exponent: graph.numbers[i])
    case .conditional: return conditional(argument(0), argument(1), argument(2))
    default:
      return graph.operations[i].arity == 1
        ? unary(graph.operations[i], argument(0)) : binary(graph.operations[i], argument(0), argument(1))
    }
  }
}

extension FormulaOperation {
  /// True when an argument that is infinite or not a number can lead to a number.
  fileprivate var masks: Bool {
    switch self {
    case .quotient, .power, .constantPower, .exponential, .arcTangent, .arcTangent2, .hyperbolicTangent, .minimum,
      .maximum, .remainder, .integerQuotient, .less, .lessOrEqual, .equal, .greaterOrEqual, .greater, .notEqual, .and,
      .or, .not, .conditional:
      true
    default: false
    }
  }
}
