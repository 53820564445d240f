// SPDX-License-Identifier: Apache-2.0

/// All terms that rules make, the cheapest first, of terms with the same values one.
///
///     cost(term) = Σ over its rules of cost(rule | the rule above it)
///
/// A term has a value in each world: an assignment of the variables. Terms whose values are the same everywhere are told apart by
/// nothing, so only the cheapest is kept and built upon; terms with a fault in some world are dropped. A rule is run on the values of
/// its parts, so a term costs one run of one rule, whatever its size.
public struct MiniEnumerator: Sendable {
  /// A term of the wanted type.
  public struct Candidate: Sendable, Hashable {
    public var term: MiniTerm
    /// By world.
    public var values: [MiniValue]
    public var cost: Int
    /// The rules it was made by, each with the one above.
    public var pairs: [Pair]
  }

  /// A rule as a part of another; nil: it is the root.
  public struct Pair: Sendable, Hashable, Codable {
    public var parent: Int?
    public var child: Int
  }

  private struct Entry: Sendable {
    var rule: Int
    var parts: [Int]
    var values: [MiniValue]
  }

  public let rules: [MiniRule]
  public let wanted: MiniType
  private let costs: MiniRuleCosts
  private let code: MiniCode
  private let worlds: [[String: MiniValue]]
  private let limits: MiniLimits
  /// Terms that may be tried, and have been.
  public let limit: Int
  public private(set) var tried = 0
  private var entries: [Entry] = []
  /// By cost without the root, then by rule: the terms.
  private var levels: [[[Int]]] = []
  private var known: Set<Values> = []
  /// By whole cost: terms of the wanted type that have not been given out.
  private var waiting: [Int: [Int]] = [:]
  private var total = 0
  /// How many of those that cost `total` are given out.
  private var given = 0
  /// The last level with a new term.
  private var longest = 0
  private let mostEdge: Int
  private let mostParts: Int

  private struct Values: Hashable {
    var type: MiniType
    var values: [MiniValue]
  }

  /// Throws where the rules do not form a program. Variables of the rules have a value in each world.
  public init(
    _ rules: [MiniRule], wanted: MiniType, costs: MiniRuleCosts? = nil, worlds: [[String: MiniValue]] = [[:]],
    limit: Int = 100_000, limits: MiniLimits = MiniLimits(steps: 2000, cells: 2000, depth: 20)
  ) throws(MiniError) {
    precondition(costs.map { $0.ruleCount == rules.count } ?? true, "costs are those of the rules")
    precondition(!worlds.isEmpty, "terms have a value in at least one world")
    self.rules = rules
    self.wanted = wanted
    let costs = costs ?? MiniRuleCosts(uniform: max(1, rules.count))
    self.costs = costs
    self.worlds = worlds
    self.limits = limits
    self.limit = limit
    mostEdge =
      rules.indices.flatMap { parent in rules.indices.map { costs.cost($0, under: parent) } }.max() ?? 1
    mostParts = max(1, rules.map(\.parts.count).max() ?? 0)
    let functions = rules.enumerated().map { number, rule in
      var types = rule.parts
      var template = rule.template
      if case .variable = template.form, types.isEmpty {
        (types, template) = ([rule.result], MiniTerm(.variable("_0")))
      }
      let parameters = types.enumerated().map { MiniFunction.Parameter("_\($0.offset)", $0.element) }
      return MiniFunction("r\(number)", parameters, result: rule.result, body: [MiniStatement(.give(template))])
    }
    code = try MiniCode(MiniProgram(functions))
  }

  /// The next cheapest term of the wanted type; nil where all are given out or as many were tried as may be.
  public mutating func next() -> Candidate? {
    while true {
      if let list = waiting[total] {
        if given < list.count {
          given += 1
          return candidate(list[given - 1], cost: total)
        }
        waiting[total] = nil
      }
      if waiting.isEmpty, isFinished { return nil }
      (total, given) = (total + 1, 0)
      // What costs `total` in all costs less below its root, by at least the cheapest root.
      while levels.count <= total - costs.leastRoot, !isFinished { grow() }
    }
  }

  /// Nothing more can be made: the limit is reached, or no level is left that parts made so far could add up to.
  private var isFinished: Bool {
    tried >= limit || rules.isEmpty || levels.count > (longest + mostEdge) * mostParts
  }

  private func candidate(_ number: Int, cost: Int) -> Candidate {
    var pairs: [Pair] = []
    func build(_ number: Int, _ parent: Int?) -> MiniTerm {
      let entry = entries[number]
      pairs.append(Pair(parent: parent, child: entry.rule))
      return rules[entry.rule].term(entry.parts.map { build($0, entry.rule) })
    }
    let term = build(number, nil)
    return Candidate(term: term, values: entries[number].values, cost: cost, pairs: pairs)
  }

  /// Makes the terms whose cost below the root is the next.
  private mutating func grow() {
    let level = levels.count
    levels.append([[Int]](repeating: [], count: rules.count))
    for rule in rules.indices {
      if rules[rule].parts.isEmpty {
        if level == 0 { add(rule, [], level) }
      } else {
        combine(rule, [], level, level)
      }
      if tried >= limit { return }
    }
  }

  /// Chooses the next part of a rule among terms that leave what the rest may cost.
  private mutating func combine(_ rule: Int, _ parts: [Int], _ left: Int, _ level: Int) {
    let place = parts.count
    if place == rules[rule].parts.count {
      if left == 0 { add(rule, parts, level) }
      return
    }
    let type = rules[rule].parts[place]
    let isLast = place + 1 == rules[rule].parts.count
    for child in rules.indices where rules[child].result == type {
      let edge = costs.cost(child, under: rule)
      guard edge <= left else { continue }
      let range = isLast ? left - edge...left - edge : 0...left - edge
      for below in range where below < level {
        for part in levels[below][child] {
          combine(rule, parts + [part], left - edge - below, level)
          if tried >= limit { return }
        }
      }
    }
  }

  private mutating func add(_ rule: Int, _ parts: [Int], _ level: Int) {
    tried += 1
    var values: [MiniValue] = []
    for world in worlds.indices {
      let given: [MiniValue]
      if parts.isEmpty, case .variable(let name) = rules[rule].template.form {
        guard let value = worlds[world][name] else { return }
        given = [value]
      } else {
        given = parts.map { entries[$0].values[world] }
      }
      guard let value = code.run(number: rule, given, limits: limits).value else { return }
      values.append(value)
    }
    let type = rules[rule].result
    guard known.insert(Values(type: type, values: values)).inserted else { return }
    entries.append(Entry(rule: rule, parts: parts, values: values))
    levels[level][rule].append(entries.count - 1)
    longest = level
    if type == wanted { waiting[level + costs.cost(rule, under: nil), default: []].append(entries.count - 1) }
  }
}
